"""Write a new connector, its simulator and its tests, to begin with."""
