"""The prompts, as files; each is known by its name and the start of its checksum."""
