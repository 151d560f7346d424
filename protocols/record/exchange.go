package record

import (
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
)

// exchange is a recorded request and what came of it.
type exchange struct {
	request []byte
	pieces  []piece
}

// piece is what the device did after a request.
type piece struct {
	data  []byte
	after time.Duration // since the request
	later int           // requests that had been sent after this one before the device did it; 0: it did not wait for any
	cut   bool          // it hung up
}

// opening is the question of a connection's beginning: what a device does before it is asked. It is none of a dialect's.
const opening = ""

// turnOf is the dialect's, and that of the opening.
func turnOf(d Dialect) func(string) Turn {
	return func(question string) Turn {
		if question == opening {
			return Repeats
		}
		return d.Turn(question)
	}
}

func isSent(f Frame) bool { return f.Note.Kind() == protocols.Sent && len(f.Data) > 0 }

// exchanges takes a recording apart, into a deck of exchanges by question.
func exchanges(r *Recording, d Dialect, once bool) *deck {
	t := &taking{dialect: d, deck: newDeck(turnOf(d), once)}
	for _, f := range r.Frames {
		t.take(f)
	}
	t.settle()
	return t.deck
}

// taking is a recording being taken apart.
type taking struct {
	dialect Dialect
	deck    *deck
	sent    []asked // on this connection
	open    []byte  // received, and no whole reply yet
	openAt  time.Duration
}

// asked is a request on its connection.
type asked struct {
	*exchange
	at    time.Duration
	write int // the number of the write that carried it
}

func (t *taking) take(f Frame) {
	switch f.Note.Kind() {
	case protocols.Opened:
		t.settle()
		t.sent = nil
		t.ask(f, nil, 0)
	case protocols.Sent:
		t.settle()
		t.requests(f)
	case protocols.Received:
		t.received(f)
	case protocols.Cut:
		t.settle()
		t.answer(len(t.sent)-1, piece{cut: true}, f.At)
	case protocols.Closed:
		t.settle()
	}
}

// requests takes the requests of one write.
func (t *taking) requests(f Frame) {
	write := 0
	if n := len(t.sent); n > 0 {
		write = t.sent[n-1].write + 1
	}
	for rest := f.Data; len(rest) > 0; {
		n := t.dialect.Request(rest)
		if n <= 0 {
			return // no request: nothing can be matched with it
		}
		t.ask(f, rest[:n], write)
		rest = rest[n:]
	}
}

func (t *taking) ask(f Frame, request []byte, write int) {
	e := &exchange{request: request}
	question := opening
	if request != nil {
		question = t.dialect.Question(request)
	}
	t.deck.put(question, e)
	t.sent = append(t.sent, asked{e, f.At, write})
}

// received gives replies to their requests.
func (t *taking) received(f Frame) {
	t.open, t.openAt = append(t.open, f.Data...), f.At
	for len(t.open) > 0 {
		n, number, ok := t.dialect.Reply(t.open)
		if !ok {
			break
		}
		t.answer(t.find(number), piece{data: t.open[:n:n]}, f.At)
		t.open = t.open[n:]
	}
	if len(t.open) == 0 {
		t.open = nil
	}
}

// settle gives what is no whole reply to the request before it.
func (t *taking) settle() {
	if len(t.open) > 0 {
		t.answer(len(t.sent)-1, piece{data: t.open}, t.openAt)
	}
	t.open = nil
}

// find returns the newest request with the number; the newest of all where none has it.
func (t *taking) find(number uint32) int {
	for i := len(t.sent) - 1; i >= 0; i-- {
		if t.sent[i].request != nil && t.dialect.Number(t.sent[i].request) == number {
			return i
		}
	}
	return len(t.sent) - 1
}

// answer notes what came of a request. What came before any request of a recording that began in the middle is left out.
func (t *taking) answer(i int, p piece, at time.Duration) {
	if i < 0 {
		return
	}
	p.after = at - t.sent[i].at
	if last := len(t.sent) - 1; t.sent[last].write != t.sent[i].write {
		p.later = last - i
	}
	t.sent[i].pieces = append(t.sent[i].pieces, p)
}
