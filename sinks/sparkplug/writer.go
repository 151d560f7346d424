package sparkplug

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/holdfast-edge/holdfast/broker/mqttc"
	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// writer is an open connection.
type writer struct {
	options *Options
	target  sinks.Target
	client  *mqttc.Client
	owners  map[string]string // device of each stream of a device

	publishing sync.Mutex // held from a message's sequence number until it is on the wire
	edge       *edge

	mutex    sync.Mutex
	pending  []func(error) // deliveries on the way, oldest first
	room     chan struct{} // has an element for each
	drained  *sync.Cond
	cause    error // why it is lost
	host     hostState
	lost     chan struct{}
	loops    sync.WaitGroup
	commands chan order
	stop     context.CancelFunc // of the write that is being done
}

var _ sinks.Writer = (*writer)(nil)

// errClosed is why deliveries fail that were on the way when Close gave up.
var errClosed = errors.New("closed before the broker had answered")

func newWriter(client *mqttc.Client, e *edge, o *Options, to sinks.Target) *writer {
	w := &writer{
		options: o, target: to, client: client, edge: e, owners: map[string]string{},
		room: make(chan struct{}, o.Window), lost: make(chan struct{}), stop: func() {},
	}
	w.drained = sync.NewCond(&w.mutex)
	return w
}

// begin subscribes, waits for the primary host, and publishes the births.
func (w *writer) begin(ctx context.Context) error {
	defer context.AfterFunc(ctx, w.client.Abort)()
	for _, filter := range w.filters() {
		if err := w.client.Subscribe(filter, 1, true); err != nil {
			return refused(err)
		}
	}
	if w.options.PrimaryHost != "" {
		if err := w.awaitHost(); err != nil {
			return err
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	w.introduce()
	if err := w.publish(w.edge.births()); err != nil {
		return err
	}
	w.commands = make(chan order, mostCommands)
	obeying, stop := context.WithCancel(context.WithoutCancel(ctx))
	w.stop = stop
	w.loops.Go(func() { w.guarded(func() { w.obey(obeying) }) })
	w.loops.Go(func() { w.guarded(w.listen) })
	return nil
}

// filters are what the node has to hear.
func (w *writer) filters() []string {
	all := []string{w.edge.prefix + "NCMD" + w.edge.node, w.edge.prefix + "DCMD" + w.edge.node + "/+"}
	if w.options.PrimaryHost != "" {
		all = append(all, w.stateTopic())
	}
	return all
}

func (w *writer) stateTopic() string { return namespace + "STATE/" + w.options.PrimaryHost }

// awaitHost waits until the primary host says that it is online.
func (w *writer) awaitHost() error {
	w.target.Logger.Info("waiting for the primary host", "host", w.options.PrimaryHost)
	for !w.host.Online {
		messages, err := w.client.Next(nil)
		if err != nil {
			return fmt.Errorf("wait for the primary host %s: %w", w.options.PrimaryHost, err)
		}
		for _, m := range messages {
			w.hear(m)
		}
		if err := w.client.Ack(messages); err != nil {
			return err
		}
	}
	return nil
}

// hear takes a state of the primary host, unless it is older than the last.
func (w *writer) hear(m mqttc.Message) {
	if m.Topic != w.stateTopic() {
		return
	}
	if s, ok := parseState(m.Payload); ok && s.Timestamp >= w.host.Timestamp {
		w.host = s
	}
}

// introduce makes the devices known with their newest values, so that their births have them.
func (w *writer) introduce() {
	if w.target.Plant == nil {
		return
	}
	for _, d := range w.target.Plant.Devices() {
		if !w.options.TakesDevice(d.Name) {
			continue
		}
		for _, g := range d.Groups {
			stream := d.Name + "." + g.Name
			w.owners[stream] = d.Name
			for _, t := range g.Tags {
				if s, ok := w.target.Plant.Sample(d.Name, t.Name); ok {
					w.edge.know(d.Name, stream, t.Name, s.Value, s.Time)
				}
			}
		}
	}
}

// publish puts messages on the wire; publishing is held, or nobody else publishes yet.
func (w *writer) publish(messages []message) error {
	all := make([]mqttc.Message, len(messages))
	for i, m := range messages {
		all[i] = mqttc.Message{Topic: m.topic, Payload: m.payload}
	}
	return w.client.Publish(all...)
}

// Send publishes the rows of a delivery, and asks the broker whether it has them. There is no way to tell a host of a gap:
// it sees the times.
func (w *writer) Send(ctx context.Context, d sinks.Delivery, done func(error)) error {
	select {
	case w.room <- struct{}{}:
	case <-w.lost:
		return w.why()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if err := w.hold(done); err != nil {
		<-w.room
		return err
	}
	w.publishing.Lock()
	defer w.publishing.Unlock()
	if d.Batch != nil {
		stream := d.Batch.Schema().Name()
		device := stream
		if owner, ok := w.owners[stream]; ok {
			device = owner
		}
		if err := w.publish(w.edge.data(device, d.Batch)); err != nil {
			w.lose(err)
			return nil // done has been called
		}
	}
	if err := w.client.Ping(w.acknowledged); err != nil {
		w.lose(err)
	}
	return nil
}

// hold puts a delivery on the way.
func (w *writer) hold(done func(error)) error {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.cause != nil {
		return w.cause
	}
	w.pending = append(w.pending, done)
	return nil
}

// acknowledged ends the oldest delivery on the way.
func (w *writer) acknowledged() {
	w.mutex.Lock()
	var done func(error)
	if len(w.pending) > 0 {
		done, w.pending = w.pending[0], w.pending[1:]
		<-w.room
	}
	w.drained.Broadcast()
	w.mutex.Unlock()
	if done != nil {
		done(nil)
	}
}

// lose ends the connection without a good-bye, so that the broker tells the node's death, and fails what is on the way.
func (w *writer) lose(cause error) {
	w.mutex.Lock()
	if w.cause != nil {
		w.mutex.Unlock()
		return
	}
	w.cause = fmt.Errorf("connection to %s lost: %w", w.options.URL, cause)
	failed := w.pending
	w.pending = nil
	w.drained.Broadcast()
	w.mutex.Unlock()
	for _, done := range failed {
		done(w.cause)
	}
	close(w.lost)
	w.stop()
	w.client.Abort()
}

func (w *writer) why() error {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.cause
}

// Lost is described at sinks.Writer.
func (w *writer) Lost() <-chan struct{} { return w.lost }

// Close is described at sinks.Writer.
func (w *writer) Close(ctx context.Context) error {
	drained := w.drain(ctx)
	w.lose(errClosed)
	w.client.Abort()
	w.loops.Wait()
	if !drained {
		return w.why()
	}
	return nil
}

// drain waits until nothing is on the way.
func (w *writer) drain(ctx context.Context) bool {
	stop := context.AfterFunc(ctx, func() {
		w.mutex.Lock()
		defer w.mutex.Unlock()
		w.drained.Broadcast()
	})
	defer stop()
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for len(w.pending) > 0 && ctx.Err() == nil {
		w.drained.Wait()
	}
	return len(w.pending) == 0 && w.cause == nil
}

// guarded runs a goroutine of the connection. A panic in it loses the connection and nothing else.
func (w *writer) guarded(loop func()) {
	if failure := supervisor.Guard(loop); failure != nil {
		w.lose(failure)
	}
}
