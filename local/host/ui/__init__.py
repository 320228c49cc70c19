"""The status page: what the host serves, holds and has done."""
