"""Secrets Manager: names, versions, staging labels, deletion, replicas. Rules only: no bytes, sockets, clocks or SQL."""
