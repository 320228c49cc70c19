"""What a connector declares, and the function app made of it."""
