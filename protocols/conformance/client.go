package conformance

import (
	"context"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/tag"
)

const (
	// patient is a timeout that no device exceeds that is well; brief is one for tests that wait for it to pass.
	patient = 30 * time.Second
	brief   = 200 * time.Millisecond
)

// client is a driver at a peer. It dials anew after a fault of the session, as the actors do.
type client struct {
	t       *testing.T
	driver  protocols.Driver
	config  *config.Device
	device  protocols.Device
	session protocols.Session // nil while there is none
}

// start starts a peer and connects to it.
func (h Harness) start(t *testing.T, timeout time.Duration) (*client, Peer) {
	t.Helper()
	peer := h.Start(t)
	for name, v := range initial() {
		peer.Set(name, v)
	}
	c := h.client(t, peer, timeout)
	c.connect()
	return c, peer
}

// client compiles the peer's device.
func (h Harness) client(t *testing.T, peer Peer, timeout time.Duration) *client {
	t.Helper()
	c := &client{t: t, driver: h.Driver, config: peer.Device(timeout)}
	var err error
	if c.device, err = h.Driver.Compile(c.config); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.close)
	return c
}

// initial is what the peer holds at first.
func initial() map[string]tag.Value {
	return map[string]tag.Value{
		Number: tag.IntOf(42), Decimal: tag.FloatOf(21.7), Flag: tag.BoolOf(true), Fixed: tag.IntOf(7),
	}
}

func (c *client) endpoint() protocols.Endpoint { return EndpointOf(c.config) }

// dial opens a session if there is none.
func (c *client) dial() error {
	if c.session != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	session, err := c.driver.Dial(ctx, c.endpoint())
	if err != nil {
		return err
	}
	c.session = session
	return nil
}

// connect opens a session to a device that is well, which a loaded machine may keep from answering in time.
func (c *client) connect() {
	c.t.Helper()
	var err error
	defer func() {
		if c.session == nil {
			c.t.Logf("dial: %v", err)
		}
	}()
	Eventually(c.t, "the device is reached", func() bool { err = c.dial(); return err == nil })
}

func (c *client) close() {
	if c.session != nil {
		if err := c.session.Close(); err != nil {
			c.t.Errorf("close: %v", err)
		}
		c.session = nil
	}
}

// try performs a call on an open session, and closes the session where it is at fault.
func (c *client) try(call func(protocols.Session) error) error {
	err := c.dial()
	if err == nil {
		err = call(c.session)
	}
	if err != nil && isSessions(err) {
		c.close()
	}
	return err
}

// scan reads the group once.
func (c *client) scan() (map[string]tag.Value, error) {
	row := c.row()
	err := c.try(func(s protocols.Session) error { return c.read(context.Background(), s, row) })
	values := map[string]tag.Value{}
	for i, t := range c.config.Groups[0].Tags {
		values[t.Name] = row.Values[i]
	}
	return values, err
}

func (c *client) row() protocols.Row {
	return protocols.NewRow(len(c.config.Groups[0].Tags))
}

func (c *client) read(ctx context.Context, s protocols.Session, row protocols.Row) error {
	plan := c.device.Plans()[0]
	for step := 0; step < plan.Steps(); step++ {
		if err := s.Read(ctx, plan, step, row); err != nil {
			return err
		}
	}
	return nil
}

// point returns a tag by itself.
func (c *client) point(name string) protocols.Point {
	c.t.Helper()
	return Point(c.t, c.device, name)
}

// recover scans until a scan succeeds, and returns its values.
func (c *client) recover() map[string]tag.Value {
	c.t.Helper()
	var values map[string]tag.Value
	Eventually(c.t, "a scan succeeds", func() bool {
		var err error
		values, err = c.scan()
		return err == nil && values[Number].Quality().IsGood()
	})
	return values
}
