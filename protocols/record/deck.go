package record

import "sync"

// deck hands out the recorded exchanges of each question, in their order. It may be used concurrently.
type deck struct {
	mutex     sync.Mutex
	exchanges map[string][]*exchange
	next      map[string]int
	turn      func(question string) Turn
	once      bool
}

func newDeck(turn func(string) Turn, once bool) *deck {
	return &deck{exchanges: map[string][]*exchange{}, next: map[string]int{}, turn: turn, once: once}
}

// put adds an exchange behind those of the same question.
func (d *deck) put(question string, e *exchange) {
	d.exchanges[question] = append(d.exchanges[question], e)
}

// take returns the exchange whose turn it is; nil where there is none, or none any more. known is false where the
// recording does not have the question at all.
func (d *deck) take(question string) (e *exchange, known bool) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	all := d.exchanges[question]
	if len(all) == 0 {
		return nil, false
	}
	if d.next[question] >= len(all) && !d.again(question) {
		return nil, true
	}
	n := d.next[question]
	d.next[question] = n + 1
	return all[n], true
}

// again lets a question be answered from the beginning, if that may be.
func (d *deck) again(question string) bool {
	if d.once {
		return false
	}
	switch d.turn(question) {
	case Waits:
		return false
	case Rewinds:
		clear(d.next)
	default:
		d.next[question] = 0
	}
	return true
}
