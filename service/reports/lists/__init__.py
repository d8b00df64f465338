"""Lists as spreadsheets: the rows that the caller's list has, in the same order, all of them up to a bound."""
