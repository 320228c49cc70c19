"""An app of orchestrators that are read and never run; `# expect:` names what a line breaks."""
