"""Reads an app's orchestrators and says where a replay would not do the same again."""
