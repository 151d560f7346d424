package iec61850

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/assoc"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/mms"
)

// session is an open association with one device. Browse may run beside the other calls.
type session struct {
	conn   *assoc.Conn
	logger *slog.Logger

	// Of the goroutine of Read and Write.
	models  map[mms.Name]int64 // ctlModel of objects
	control int64              // ctlNum of the last control

	mutex   sync.Mutex
	objects map[mms.Name]known
	waiting *termination // of the control in progress; nil: there is none

	subscribed map[*subscription]bool
	strange    uint64 // reports that were not understood
}

var _ protocols.Browser = (*session)(nil)

func newSession(logger *slog.Logger) *session {
	return &session{logger: logger, models: map[mms.Name]int64{}, objects: map[mms.Name]known{}, subscribed: map[*subscription]bool{}}
}

// report takes what the device sends by itself.
func (s *session) report(r mms.Report) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if r.List.Item != "RPT" {
		if s.waiting != nil {
			s.waiting.hear(r)
		}
		return
	}
	parsed, err := parseReport(r.Values)
	if err != nil {
		if s.strange++; s.strange == 1 {
			s.logger.Warn("the device sends a report that is not understood", "error", err)
		}
		return
	}
	for b := range s.subscribed {
		b.hear(&parsed)
	}
}

// ask sends a request and returns what its response says. Its error has a scope, or is a refusal.
func (s *session) ask(ctx context.Context, doing string, service []byte) ([]byte, error) {
	body, err := s.conn.Ask(ctx, service)
	if err != nil {
		return nil, s.judge(doing, err)
	}
	return body, nil
}

// Probe is described at protocols.Session: the device says who it is. A device that refuses that is alive.
func (s *session) Probe(ctx context.Context, _ protocols.Device) error {
	_, err := s.ask(ctx, "identify", mms.IdentifyRequest())
	if _, refused := errors.AsType[*protocols.Refusal](err); refused {
		return nil
	}
	return err
}

// Close is described at protocols.Session.
func (s *session) Close() error {
	s.conn.Close()
	return nil
}
