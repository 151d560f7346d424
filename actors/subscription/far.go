package subscription

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/holdfast-edge/holdfast/broker/mqttc"
	"github.com/holdfast-edge/holdfast/broker/mqttd"
	"github.com/holdfast-edge/holdfast/broker/mqttdial"
	"github.com/holdfast-edge/holdfast/supervisor"
)

// connectWithin bounds how long a log-in may take.
const connectWithin = 30 * time.Second

// runFar is one connection to another broker, from opening it to the reason why
// it ended; nil where ctx is done.
func (s *subscription) runFar(ctx context.Context, self *actor.PID, in *intake) error {
	c, err := s.connect(ctx)
	if err != nil {
		return ended(ctx, err)
	}
	defer c.Close()
	defer context.AfterFunc(ctx, c.Close)() // ends a Next that waits
	m := s.config.Stream.MQTT
	if err := c.Subscribe(m.Topic, m.QoS, m.Retained); err != nil {
		return ended(ctx, err)
	}
	if err := s.env.System.SendWait(ctx, self, subscribed{}); err != nil {
		return ended(ctx, err)
	}
	return ended(ctx, s.receive(ctx, c, in))
}

// receive takes messages until something fails. What the stream cannot have is
// not acknowledged, and comes again on the next connection.
func (s *subscription) receive(ctx context.Context, c *mqttc.Client, in *intake) (err error) {
	var arrived []mqttc.Message
	var messages []mqttd.Message
	for {
		if arrived, err = c.Next(arrived[:0]); err != nil {
			return err
		}
		messages = s.far(messages[:0], arrived, in.meter)
		if err := in.take(ctx, messages); err != nil {
			in.meter.Untaken.Add(uint64(len(messages)))
			return err
		}
		if err := c.Ack(arrived); err != nil {
			return err
		}
	}
}

// far appends the messages that are for this stream. The others are those that
// the broker had retained, from one that cannot be told not to send them, and
// those of an earlier configuration, whose subscription the session still has.
func (s *subscription) far(dst []mqttd.Message, arrived []mqttc.Message, meter *Meter) []mqttd.Message {
	now, of := s.env.Now(), s.config.Stream.MQTT
	for i := range arrived {
		m := &arrived[i]
		if m.Retain && !of.Retained || !mqttd.Matches(of.Topic, m.Topic) {
			meter.Unwanted.Add(1)
			continue
		}
		dst = append(dst, mqttd.Message{
			Topic: m.Topic, Payload: m.Payload, QoS: m.QoS, Retain: m.Retain, Hops: m.Hops, Arrived: now,
		})
	}
	return dst
}

// connect dials and logs in.
func (s *subscription) connect(ctx context.Context) (*mqttc.Client, error) {
	ctx, cancel := context.WithTimeout(ctx, connectWithin)
	defer cancel()
	m := s.config.Stream.MQTT
	password, err := m.Password.Reveal()
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", m.URL, supervisor.Permanent(err))
	}
	conn, err := mqttdial.Dial(ctx, m.URL, m.TLS)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", m.URL, err)
	}
	o := mqttc.Options{
		Version: mqttc.Version5, ClientID: s.clientID(), Username: m.Username, Password: password,
		Clean: m.SessionExpiry == 0, SessionExpiry: m.SessionExpiry, KeepAlive: m.KeepAlive, Window: m.Window,
	}
	if m.Version == "3.1.1" {
		o.Version = mqttc.Version311
	}
	c, err := mqttc.Open(ctx, conn, o)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", m.URL, err)
	}
	return c, nil
}

// clientID is the same at every connection, so that the session is found again.
func (s *subscription) clientID() string {
	if id := s.config.Stream.MQTT.ClientID; id != "" {
		return id
	}
	return "holdfast-" + s.env.Site + "-" + s.config.Stream.Name
}

// ended tells why a connection is over: nil for one that was told to end, and
// marked where another attempt would end like this one.
func ended(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		err = nil // what failed, failed because of that
	case errors.Is(err, mqttdial.ErrCertificates):
		err = supervisor.Permanent(err)
	}
	return err // a refusal says of itself whether it is permanent
}
