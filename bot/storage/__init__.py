"""The database: its engine, its one writer, its migrations."""
