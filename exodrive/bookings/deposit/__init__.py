"""The security deposit: how long it must be secured, asked for, held, and kept secured."""
