package mqttd

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"
)

// Broker is a running broker. It may be used concurrently.
type Broker struct {
	config   Config
	log      *slog.Logger
	gate     *gate
	index    index
	retained *retained
	watches  *watches
	taps     tapSet
	vault    *vault // nil: nothing outlives the process
	counters counters
	rooms    rooms
	inside   atomic.Int64 // bytes published by the node that are on their way to the vault

	running sync.WaitGroup // everything that Close waits for
	over    chan struct{}  // closed by Close

	mu          sync.Mutex
	doorways    []*doorway
	sessions    map[string]*session
	connections map[*connection]struct{}
	closed      bool
}

// Start starts a broker: when it returns, sessions are what they were when the
// last one was closed, and clients can connect.
func Start(config Config) (*Broker, error) {
	config = config.withDefaults()
	if err := config.check(); err != nil {
		return nil, fmt.Errorf("start MQTT broker: %w", err)
	}
	gate, err := newGate(config.Accounts)
	if err != nil {
		return nil, fmt.Errorf("start MQTT broker: %w", err)
	}
	b := &Broker{
		config: config, log: config.Logger, gate: gate, retained: newRetained(config.MaxRetained),
		over: make(chan struct{}), sessions: map[string]*session{}, connections: map[*connection]struct{}{},
	}
	b.watches = newWatches(b)
	if err := b.open(); err != nil {
		return nil, fmt.Errorf("start MQTT broker: %w", err)
	}
	b.running.Go(func() { b.watches.run(b.over) })
	b.running.Go(b.tidy)
	if err := b.admit(); err != nil {
		return nil, errors.Join(fmt.Errorf("start MQTT broker: %w", err), b.Close(context.Background()))
	}
	return b, nil
}

// admit lets clients in, once everything is there that their messages go to.
func (b *Broker) admit() error {
	if b.config.Prepare != nil {
		if err := b.config.Prepare(b); err != nil {
			return err
		}
	}
	return b.listen()
}

// open opens the file and takes back what is in it.
func (b *Broker) open() error {
	if b.config.Open == nil {
		return nil
	}
	db, err := b.config.Open()
	if err != nil {
		return fmt.Errorf("open sessions: %w", err)
	}
	if b.vault, err = newVault(db); err != nil {
		return err
	}
	b.vault.failed = func(err error) { b.log.Error("sessions are not written", "error", err) }
	if err := b.restore(); err != nil {
		return errors.Join(err, db.Close())
	}
	go b.vault.run() // until vault.close, which waits for it
	return nil
}

// Close ends every connection, with a reason to those who understand one, and
// commits what is to outlive the process. It returns when nothing of the broker
// is left, or with an error when ctx is done before.
func (b *Broker) Close(ctx context.Context) error {
	b.mu.Lock()
	already := b.closed
	b.closed = true
	connections := make([]*connection, 0, len(b.connections))
	for c := range b.connections {
		connections = append(connections, c)
	}
	b.mu.Unlock()
	if already {
		return nil
	}
	close(b.over)
	for _, s := range b.sockets() { // no other is opened any more
		_ = s.Close()
	}
	for _, c := range connections {
		c.end(errShutdown)
	}
	done := make(chan error, 1)
	go func() {
		b.taps.closeAll()
		for _, c := range connections {
			<-c.gone
		}
		b.running.Wait()
		done <- b.vault.close()
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("close MQTT broker: %w", context.Cause(ctx))
	}
}

// Publish publishes a message from inside the node. It never waits: for those
// that outlive the process the message is on the disk some time later. Client
// and Arrived of the message are not looked at.
func (b *Broker) Publish(m Message) error {
	if err := CheckTopic(m.Topic); err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	if err := b.admits(&m); err != nil {
		return err
	}
	return b.issue(&message{
		topic: m.Topic, payload: m.Payload, qos: m.QoS, retain: m.Retain, hops: m.Hops, arrived: now(),
		properties: hopsProperty(m.Hops),
	})
}

// admits counts a message from inside the node, unless it cannot be published.
func (b *Broker) admits(m *Message) error {
	if err := b.fits(m.Topic, m.QoS, len(m.Payload)); err != nil {
		return err
	}
	return b.receives(1)
}

// fits reports a message that may not be published.
func (b *Broker) fits(topic string, qos byte, size int) error {
	if qos > 2 || size > b.config.MaxPacket {
		return fmt.Errorf("publish on %s: QoS %d, %d bytes: want at most QoS 2 and %d bytes", topic, qos, size, b.config.MaxPacket)
	}
	return nil
}

// receives counts messages that are published inside the node, unless the broker
// is closed.
func (b *Broker) receives(messages int) error {
	select {
	case <-b.over:
		return ErrClosed
	default:
	}
	b.counters.received.Add(uint64(messages))
	return nil
}

// hopsProperty is the user property that tells how often data was derived from
// data; none where it comes from the plant.
func hopsProperty(hops int) []byte {
	if hops <= 0 {
		return nil
	}
	return appendUser(nil, hopsName, fmt.Sprint(hops))
}

// ErrClosed is returned by Publish after Close.
var ErrClosed = errors.New("publish: the MQTT broker is closed")

// ErrBusy is returned by Publish when the disk does not keep up; the message is
// counted as dropped.
var ErrBusy = errors.New("publish: too much waits for the disk")

// mostInside bounds what waits for the disk of what the node publishes.
const mostInside = 64 << 20

// issue gives a message that no client waits for to all who receive it.
func (b *Broker) issue(m *message) error {
	r := b.routeOf(m.topic)
	for _, t := range r.taps {
		t.push(m)
	}
	var p plan
	var change func(*bbolt.Tx) error
	busy := false
	b.retained.publishing(m, func() {
		p = b.plan(r, m)
		if change = p.change(b); change != nil {
			busy = !b.submitInside(p, change)
		}
	})
	switch {
	case busy:
		p.abandon(b)
		b.counters.dropped.Add(1)
		return ErrBusy
	case change == nil:
		p.deliver(b, wakeNow)
	}
	return nil
}

// submitInside hands over the change of a message that no client waits for. It
// reports false where too much waits already.
func (b *Broker) submitInside(p plan, change func(*bbolt.Tx) error) bool {
	size := int64(p.message.size())
	if b.inside.Add(size) > mostInside {
		b.inside.Add(-size)
		return false
	}
	b.vault.submit(change, func(err error) {
		b.inside.Add(-size)
		if err != nil {
			b.counters.commitFailures.Add(1)
			b.log.Error("a message is not kept for those who are away", "topic", p.message.topic, "error", err)
		}
		p.deliver(b, wakeNow)
	})
	return true
}

// retain keeps a message of QoS 0 that is to be retained, and returns who
// receives it as a message.
func (b *Broker) retain(r *route, m *message) *route {
	b.retained.publishing(m, func() {
		r = b.current(r, m.topic)
		if !b.retained.replace(m) {
			b.counters.unretained.Add(1)
			return
		}
		b.vault.submit(func(tx *bbolt.Tx) error { return putRetained(tx, m) }, nil)
	})
	return r
}

// all lists the sessions.
func (b *Broker) all() []*session {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := make([]*session, 0, len(b.sessions))
	for _, s := range b.sessions {
		all = append(all, s)
	}
	return all
}

// tidy ends sessions that have been away for too long, publishes wills that are
// due, and forgets retained messages that have expired, once a second.
func (b *Broker) tidy() {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-b.over:
			return
		case at := <-ticker.C:
			b.tidyAt(at)
		}
	}
}

func (b *Broker) tidyAt(at time.Time) {
	for _, s := range b.all() {
		b.lastWords(s, s.dueWill(at), at)
		b.mu.Lock()
		if s.over(at) && b.sessions[s.id] == s {
			b.discard(s)
		}
		b.mu.Unlock()
	}
	b.retained.expire(at, func(topic string) {
		b.vault.submit(func(tx *bbolt.Tx) error { return deleteRetained(tx, topic) }, nil)
	})
}
