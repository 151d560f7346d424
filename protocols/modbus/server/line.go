package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/modbus/link"
	"github.com/holdfast-edge/holdfast/protocols/modbus/wire"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// silence is how long nothing comes when a frame has ended. It is longer than the standard's, since adapters hold back
// what they have received for up to 16 ms; nobody waits for it but a request that nobody knows, or one behind noise.
const silence = 50 * time.Millisecond

// readableSilence is the same of ASCII, whose characters may be a second apart (SL §2.5.2.1).
const readableSilence = time.Second

// shortest is the length of the shortest frame. Less, behind a request, is what drivers of a line leave when they let go.
const shortest = 4

// line is a serial line of which the server is one or more units.
type line struct {
	port    *os.File
	gap     time.Duration // before an answer (SL §2.5.1.1)
	silence time.Duration
	dialect dialect
	desk    *desk
	buffer  []byte
}

// serveLine serves the master of a serial line.
func (s *service) serveLine(ctx context.Context, host protocols.Host) error {
	settings := s.options.port()
	port, err := link.OpenSerial(settings)
	if err != nil {
		return err
	}
	defer port.Close()
	defer context.AfterFunc(ctx, func() { _ = port.Close() })()
	s.at(settings.Device)
	s.clients.Store(1)
	defer s.clients.Store(0)
	l := &line{
		port: port, gap: settings.Gap(), silence: silence, dialect: s.dialect(), desk: s.desk(host, settings.Device),
		buffer: make([]byte, 0, 4*wire.MaxMBAP),
	}
	if s.options.isASCII() {
		l.silence = readableSilence
	}
	err = l.serve(ctx)
	if ctx.Err() != nil {
		return nil
	}
	return fmt.Errorf("serve %s: %w", settings.Device, err)
}

// serve answers until the port fails, or ctx is done.
func (l *line) serve(ctx context.Context) error {
	for {
		until := time.Time{}
		if len(l.buffer) > 0 {
			until = time.Now().Add(l.silence)
		}
		switch err := l.listen(until); {
		case errors.Is(err, os.ErrDeadlineExceeded):
			if err := l.fallSilent(ctx); err != nil {
				return err
			}
		case err != nil:
			return err
		}
		if err := l.questions(ctx); err != nil {
			return err
		}
	}
}

// listen takes in what comes next. Of too much noise the older half is dropped.
func (l *line) listen(until time.Time) error {
	if len(l.buffer) == cap(l.buffer) {
		l.drop(cap(l.buffer) / 2)
	}
	if err := l.port.SetReadDeadline(until); err != nil {
		return err
	}
	n, err := l.port.Read(l.buffer[len(l.buffer):cap(l.buffer)])
	l.buffer = l.buffer[:len(l.buffer)+n]
	return err
}

func (l *line) drop(n int) { l.buffer = l.buffer[:copy(l.buffer, l.buffer[n:])] }

// fallSilent takes what was received as whole: it is a request that nobody knows, or has noise before it.
func (l *line) fallSilent(ctx context.Context) error {
	for len(l.buffer) > 0 {
		if d, rtu := l.dialect.(rtuLine); rtu {
			if unit, pdu, n := wire.UnknownRTU(l.buffer, d.mine); n > 0 {
				q := question{unit: unit, pdu: bytes.Clone(pdu)}
				l.drop(n)
				return l.answer(ctx, q)
			}
		}
		l.drop(1)
		if err := l.questions(ctx); err != nil {
			return err
		}
	}
	return nil
}

// questions answers what is asked of the server's units. What somebody has spoken after is too old to be done: its master
// does not wait for it any more, and an answer would fall into what others say.
func (l *line) questions(ctx context.Context) error {
	for len(l.buffer) > 0 {
		q, n, err := l.dialect.next(l.buffer)
		if err != nil || n == 0 {
			return err
		}
		q.pdu = bytes.Clone(q.pdu)
		l.drop(n)
		if len(q.pdu) == 0 || len(l.buffer) >= shortest {
			continue
		}
		if err := l.answer(ctx, q); err != nil {
			return err
		}
	}
	return nil
}

// answer does what was asked and sends the answer after the silence that separates frames, unless somebody speaks before.
func (l *line) answer(ctx context.Context, q question) error {
	var reply []byte
	failure := supervisor.Guard(func() { reply = l.dialect.frame(nil, q, l.desk.answer(ctx, q.unit, q.pdu)) })
	if failure != nil {
		l.desk.host.Logger.Error("serving a master failed", "port", l.port.Name(), "error", failure)
		return nil
	}
	for until := time.Now().Add(l.gap); ; {
		err := l.listen(until)
		if len(l.buffer) >= shortest {
			return nil
		}
		if errors.Is(err, os.ErrDeadlineExceeded) {
			break
		}
		if err != nil {
			return err
		}
	}
	l.buffer = l.buffer[:0]
	if err := l.port.SetWriteDeadline(time.Now().Add(answering)); err != nil {
		return err
	}
	_, err := l.port.Write(reply)
	return err
}
