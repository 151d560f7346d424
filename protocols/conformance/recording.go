package conformance

import (
	"sync"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols"
)

// listener is a tap that counts.
type listener struct {
	mutex sync.Mutex
	notes map[protocols.Note]int
}

// Note is described at protocols.Tap.
func (l *listener) Note(n protocols.Note, _ []byte) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.notes[n.Kind()]++
}

// Active is described at protocols.Tap.
func (l *listener) Active() bool { return true }

func (l *listener) count(n protocols.Note) int {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.notes[n]
}

// aTapIsTold opens a session whose endpoint has a tap.
func aTapIsTold(t *testing.T, h Harness) {
	peer := h.Start(t)
	for name, v := range initial() {
		peer.Set(name, v)
	}
	c := h.client(t, peer, patient)
	heard := &listener{notes: map[protocols.Note]int{}}
	e := c.endpoint()
	e.Tap = heard
	session, err := h.Driver.Dial(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	c.session = session
	sent, received := heard.count(protocols.Sent), heard.count(protocols.Received)
	if _, err := c.scan(); err != nil {
		t.Fatal(err)
	}
	if heard.count(protocols.Sent) == sent || heard.count(protocols.Received) == received {
		t.Error("a scan went over the wire, and the tap was not told of it")
	}
	c.close()
	if opened, ended := heard.count(protocols.Opened), heard.count(protocols.Closed)+heard.count(protocols.Cut); opened == 0 || ended == 0 {
		t.Errorf("the tap was told of %d beginnings and %d ends", opened, ended)
	}
}
