"""What people and programs try against the assistant: payloads, and folders of strange files."""
