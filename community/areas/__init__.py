"""Room: sub-district > community > grid > building > unit, one coded tree."""
