"""Processes: composition, the HTTP edge, supervisor, front door, certificates, the agent."""
