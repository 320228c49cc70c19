"""What the platform needs from the outside: time, blobs, queues and a vault.

Each port is a protocol with a local and an Azure adapter; settings choose, and code above never
asks where it runs.
"""
