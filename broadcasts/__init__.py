"""Room: notices to many, approved by a second person (平战结合). Nothing is sent from here yet."""
