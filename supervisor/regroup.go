package supervisor

// standing is how a child stands in its parent's eyes. It follows what the
// parent ordered and what the child reported.
type standing uint8

const (
	standStarting standing = iota // released, or just spawned
	standUp                       // has handled Started
	standEnding                   // ordered down
	standDown                     // is down
	standStopped                  // stopped by command: as if it were not there
)

// stand is one child in the line of a rest-for-one parent.
type stand struct {
	standing
	waiting bool // it may not be released yet
}

// move is what a rest-for-one parent does next.
type move uint8

const (
	moveNone     move = iota // all are up
	moveWait                 // something that was ordered has yet to happen
	moveTakeDown             // order this child down
	moveRelease              // let this child start
)

// nextMove brings the line back up after one of its children was ordered down:
// first all after it go down, last to first and one by one, then it and they
// start, first to last and one by one. It is asked again after every change.
func nextMove(line []stand) (move, int) {
	from := 0
	for from < len(line) && (line[from].standing == standUp || line[from].standing == standStopped) {
		from++
	}
	if from == len(line) {
		return moveNone, 0
	}
	for i := len(line) - 1; i > from; i-- {
		switch line[i].standing {
		case standUp, standStarting:
			return moveTakeDown, i
		case standEnding:
			return moveWait, i
		}
	}
	if line[from].standing == standDown && !line[from].waiting {
		return moveRelease, from
	}
	return moveWait, from
}
