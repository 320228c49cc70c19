"""The embedded Azure Functions host: serves any Python v2 function app, durably, on one machine."""
