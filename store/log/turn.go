package log

// turn shares the far end between the lanes. Live goes first, but where both
// have something, backfill is sure of its share of the rows: credit is what it
// is owed.
type turn struct {
	share  float64 // 0 to 1, of backfill
	credit float64
}

// maxCredit bounds what backfill can save up while the live lane is busy.
const maxCredit = 1 << 16

// prefer returns the lane to look into first.
func (t *turn) prefer() Lane {
	if t.credit >= 1 {
		return BackfillLane
	}
	return LiveLane
}

// took accounts for rows that a lane has delivered.
func (t *turn) took(lane Lane, rows uint64) {
	if lane == LiveLane {
		t.credit = min(t.credit+float64(rows)*t.share/(1-min(t.share, 0.999)), maxCredit)
		return
	}
	if t.credit >= 1 { // else it went since live had nothing, and owes nothing
		t.credit -= float64(rows)
	}
}
