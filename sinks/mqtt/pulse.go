package mqtt

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// errSilent is the cause of a half-open connection.
var errSilent = errors.New("the far end has fallen silent")

// pulse decides, twice per keep-alive, whether the far end is alive. It asks in
// every second interval of a connection on which nothing else happens, since an
// answer is heard, too: so the far end hears something within each keep-alive,
// as it was promised.
//
//	heard ──nothing for one interval──▶ asked ──nothing for another──▶ silent
//	  ▲                                   │
//	  └───────────── anything ────────────┘
type pulse struct {
	heard atomic.Bool // since the last beat
	asked bool
}

// beat is called once per interval. ask sends a ping, or reports false where a
// write is in progress, which has a deadline of its own.
func (p *pulse) beat(ask func() (sent bool, err error)) (err error) {
	switch {
	case p.heard.Swap(false):
		p.asked = false
		return nil
	case p.asked:
		return errSilent
	default:
		p.asked, err = ask()
		return err
	}
}

// pulsate keeps the connection alive until it is lost, and loses it when the
// far end is silent or leaves a message unacknowledged.
func (w *writer) pulsate() {
	ticker := time.NewTicker(w.terms.keepAlive / 2)
	defer ticker.Stop()
	for {
		select {
		case <-w.window.lost:
			return
		case at := <-ticker.C:
			if err := w.check(at); err != nil {
				w.lose(err)
				return
			}
		}
	}
}

// check is one beat.
func (w *writer) check(at time.Time) error {
	since, waiting := w.window.oldest()
	if late := at.Sub(since); waiting && late >= w.options.AckTimeout {
		return fmt.Errorf("a message is unacknowledged for %s", late.Round(time.Second))
	}
	return w.pulse.beat(func() (bool, error) {
		return w.out.trySend(0xC0, 0x00) // PINGREQ (MQTT 5.0 §3.12)
	})
}
