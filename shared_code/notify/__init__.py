"""What follows from a change: commands, events and the relay that loses neither."""
