package tag

import "time"

// FarAhead is how far the time of a row may be ahead of the clock, and of all rows
// before it, and still be believed, where later rows have to measure up to it: a
// day, since there are time zones that were taken for UTC.
const FarAhead = 24 * time.Hour
