// Package example is a whole driver in one file, for a protocol as small as can be, to be read beside
// docs/protocols/writing-a-driver.md. It is compiled, passes the conformance suite, and is part of no program.
//
// The protocol is lines over TCP, one answer to each:
//
//	read ADDRESS           = 21.7      or   ! no such address
//	write ADDRESS VALUE    ok          or   ! reason
package example

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/tag"
)

// Driver speaks the protocol.
type Driver struct{}

// DeviceOptions are the keys of a device.
type DeviceOptions struct {
	Timeout time.Duration `yaml:"timeout" default:"1s" min:"1ms" max:"1m" doc:"How long to wait for an answer."`
}

// Spec tells the configuration of the driver.
func (Driver) Spec() config.Driver {
	return config.Driver{Name: "example", Doc: "A protocol of lines.", Schemes: []string{"tcp"}, Device: DeviceOptions{}}
}

// device is a compiled device: what a session needs, found once and not at every scan.
type device struct {
	plans  []protocols.Plan
	points map[string]*point
	alive  *point // what a probe reads
}

// plan is one group. A step is a tag, since the protocol reads one at a time.
type plan []*point

// point is one tag.
type point struct {
	address string
	slot    int // in the group's row
	timeout time.Duration
}

// Compile is described at protocols.Driver. It does all the checking that needs no device.
func (Driver) Compile(c *config.Device) (protocols.Device, error) {
	options, ok := c.Options.(*DeviceOptions)
	if !ok {
		return nil, fmt.Errorf("device %s has no options of this driver", c.Name)
	}
	d := &device{points: map[string]*point{}, alive: &point{address: "0", timeout: options.Timeout}}
	for _, group := range c.Groups {
		var p plan
		for slot, t := range group.Tags {
			if t.Address == "" || strings.ContainsAny(t.Address, " \n") {
				return nil, fmt.Errorf("device %s: tag %s: %q is not an address: want one word", c.Name, t.Name, t.Address)
			}
			one := &point{address: t.Address, slot: slot, timeout: options.Timeout}
			d.points[t.Name] = one
			if t.Access.Readable() {
				p, d.alive = append(p, one), one
			}
		}
		d.plans = append(d.plans, p)
	}
	return d, nil
}

func (d *device) Plans() []protocols.Plan { return d.plans }

func (d *device) Point(name string) (protocols.Point, bool) {
	p, ok := d.points[name]
	return p, ok
}

func (p plan) Steps() int { return len(p) }

// Check takes finite numbers.
func (p *point) Check(v tag.Value) error {
	f, ok := v.Float()
	if !ok || v.IsNull() || f-f != 0 {
		return fmt.Errorf("write %s: want a number", p.address)
	}
	return nil
}

// session is an open connection. It has one owner and no goroutine.
type session struct {
	conn  protocols.Transport
	lines *bufio.Scanner
}

// Dial is described at protocols.Driver.
func (Driver) Dial(ctx context.Context, e protocols.Endpoint) (protocols.Session, error) {
	open, err := new(net.Dialer).DialContext(ctx, "tcp", e.URL.Host)
	if err != nil {
		return nil, fault(tag.BadNotConnected, false, err)
	}
	conn := e.Tapped(open)
	return &session{conn: conn, lines: bufio.NewScanner(conn)}, nil
}

// fault ends the session: answers carry no number, so that after a missing one nobody knows whose the next is.
func fault(q tag.Quality, sent bool, err error) error {
	return &protocols.Fault{Scope: protocols.ScopeSession, Quality: q, Sent: sent, Err: err}
}

// ask sends a line and returns the answer, which begins with want; an answer that begins with ! is a refusal.
func (s *session) ask(ctx context.Context, p *point, want, format string, args ...any) (string, error) {
	if err := s.conn.SetDeadline(time.Now().Add(p.timeout)); err != nil {
		return "", fault(tag.BadConnectionClosed, false, err)
	}
	stop := context.AfterFunc(ctx, func() { s.conn.Close() })
	defer stop()
	if _, err := fmt.Fprintf(s.conn, format+"\n", args...); err != nil {
		return "", fault(tag.BadCommunication, true, fmt.Errorf("send: %w", err))
	}
	if !s.lines.Scan() {
		return "", fault(tag.BadTimeout, true, fmt.Errorf("receive: %w", errors.Join(s.lines.Err(), ctx.Err(), net.ErrClosed)))
	}
	line := s.lines.Text()
	if reason, refused := strings.CutPrefix(line, "! "); refused {
		return "", &protocols.Refusal{Quality: tag.BadAddressUnknown, Err: errors.New(reason)}
	}
	answer, ok := strings.CutPrefix(line, want)
	if !ok {
		return "", fault(tag.BadUnknownResponse, true, fmt.Errorf("the device answers %.40q", line))
	}
	return answer, nil
}

// Read reads one tag. That the device does not have it is its value, and no error.
func (s *session) Read(ctx context.Context, of protocols.Plan, step int, row protocols.Row) error {
	p := of.(plan)[step]
	v, err := s.ReadPoint(ctx, p)
	if refusal, refused := errors.AsType[*protocols.Refusal](err); refused {
		v, err = tag.NullOf(refusal.Quality), nil
	}
	if err == nil {
		row.Values[p.slot] = v
	}
	return err
}

func (s *session) ReadPoint(ctx context.Context, of protocols.Point) (tag.Value, error) {
	p := of.(*point)
	answer, err := s.ask(ctx, p, "= ", "read %s", p.address)
	if err != nil {
		return tag.Value{}, err
	}
	f, err := strconv.ParseFloat(answer, 64)
	if err != nil {
		return tag.Value{}, fault(tag.BadDecoding, true, err)
	}
	return tag.FloatOf(f), nil
}

func (s *session) Write(ctx context.Context, to protocols.Point, v tag.Value) error {
	p := to.(*point)
	if err := p.Check(v); err != nil {
		return &protocols.Refusal{Quality: tag.BadTypeMismatch, Err: err}
	}
	f, _ := v.Float()
	_, err := s.ask(ctx, p, "ok", "write %s %v", p.address, f)
	return err
}

// Probe takes any answer, a refusal too, for a sign of life.
func (s *session) Probe(ctx context.Context, of protocols.Device) error {
	_, err := s.ReadPoint(ctx, of.(*device).alive)
	if _, refused := errors.AsType[*protocols.Refusal](err); refused {
		return nil
	}
	return err
}

func (s *session) Close() error {
	if err := s.conn.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}
