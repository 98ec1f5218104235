"""What the sound engines share: wave files and meters. Not a role."""
