package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"time"
)

// load is what the two clients do.
type load struct {
	Port     string
	Topic    string // that the receiver subscribes to
	Rate     int    // messages a second; 0: as fast as they are taken
	Each     bool   // every message is written by itself; otherwise those of a millisecond together
	Messages int
	Share    int // one of so many is received
}

// report is what the clients saw.
type report struct {
	Sent, Received int
	Took           time.Duration // from the first message sent to the last received
	P50, P99, Most time.Duration // from one client to the other
}

// silence is how long a receiver waits for what does not come.
const silence = 3 * time.Second

func (l load) run(ctx context.Context) (r report, err error) {
	sub, err := l.connect(ctx, "receiver")
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, sub.Close()) }()
	in := bufio.NewReaderSize(sub, 256<<10)
	if err := subscribe(sub, in, l.Topic); err != nil {
		return r, err
	}
	pub, err := l.connect(ctx, "sender")
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, pub.Close()) }()
	begin := time.Now()
	sending := make(chan error, 1)
	go func() { sending <- l.send(ctx, pub) }()
	latencies, last, err := l.receive(sub, in)
	if err != nil {
		return r, err
	}
	r = report{Sent: l.Messages, Received: len(latencies), Took: last.Sub(begin)}
	slices.Sort(latencies)
	for q, into := range map[float64]*time.Duration{0.5: &r.P50, 0.99: &r.P99, 1: &r.Most} {
		if len(latencies) > 0 {
			*into = latencies[min(int(q*float64(len(latencies))), len(latencies)-1)]
		}
	}
	return r, <-sending
}

// connect logs in with MQTT 3.1.1 (§3.1).
func (l load) connect(ctx context.Context, id string) (net.Conn, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", "127.0.0.1:"+l.Port)
	if err != nil {
		return nil, err
	}
	body := append([]byte("\x00\x04MQTT\x04\x02\x00\x00\x00"), byte(len(id)))
	body = append(body, id...)
	if _, err := conn.Write(append([]byte{0x10, byte(len(body))}, body...)); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	var answer [4]byte
	if _, err := io.ReadFull(conn, answer[:]); err != nil || answer != [4]byte{0x20, 2, 0, 0} {
		return nil, errors.Join(fmt.Errorf("log in: answer %x: %w", answer, err), conn.Close())
	}
	return conn, nil
}

func subscribe(conn net.Conn, in *bufio.Reader, topic string) error {
	body := append([]byte{0, 1, 0, byte(len(topic))}, topic...)
	body = append(body, 0)
	if _, err := conn.Write(append([]byte{0x82, byte(len(body))}, body...)); err != nil {
		return err
	}
	var answer [5]byte
	if _, err := io.ReadFull(in, answer[:]); err != nil || answer != [5]byte{0x90, 3, 0, 1, 0} {
		return fmt.Errorf("subscribe: answer %x: %w", answer, err)
	}
	return nil
}

// at stands before the time at which a message was sent, in its payload.
const at = `"at":`

// appendMessage appends the PUBLISH of a message of some 90 bytes.
func appendMessage(dst []byte, i int, now time.Time) []byte {
	temperature := "21.5"
	if i%2 == 1 {
		temperature = "71.5"
	}
	var room [128]byte
	payload := append(room[:0], `{"device":"pump-17","temperature":`+temperature+`,"humidity":55,"state":"running",`+at...)
	payload = append(strconv.AppendInt(payload, now.UnixNano(), 10), '}')
	const topic = "sensors"
	dst = append(dst, 0x30, byte(2+len(topic)+len(payload))) // less than 128
	dst = append(binary.BigEndian.AppendUint16(dst, uint16(len(topic))), topic...)
	return append(dst, payload...)
}

// send sends the messages.
func (l load) send(ctx context.Context, conn net.Conn) error {
	if l.Rate == 0 {
		return l.flood(conn)
	}
	var buf []byte
	begin, sent := time.Now(), 0
	for sent < l.Messages {
		now := time.Now()
		due := min(int(float64(l.Rate)*now.Sub(begin).Seconds()), l.Messages)
		buf = buf[:0]
		for sent < due {
			buf = appendMessage(buf, sent, now)
			sent++
			if l.Each {
				break
			}
		}
		if len(buf) > 0 {
			if _, err := conn.Write(buf); err != nil {
				return err
			}
		}
		next := begin.Add(time.Duration(float64(sent+1) / float64(l.Rate) * float64(time.Second)))
		if !l.Each {
			next = now.Add(time.Millisecond)
		}
		if wait := time.Until(next); wait > 0 {
			if err := pause(ctx, wait); err != nil {
				return err
			}
		}
	}
	return nil
}

// flood sends as fast as the node takes it.
func (l load) flood(conn net.Conn) error {
	buf := make([]byte, 0, 32<<10)
	for i := range l.Messages {
		if buf = appendMessage(buf, i, time.Now()); l.Each || len(buf) > 31<<10 {
			if _, err := conn.Write(buf); err != nil {
				return err
			}
			buf = buf[:0]
		}
	}
	_, err := conn.Write(buf)
	return err
}

// receive takes messages until all have come, or none does any more.
func (l load) receive(conn net.Conn, in *bufio.Reader) (latencies []time.Duration, last time.Time, err error) {
	want := l.Messages / l.Share
	latencies = make([]time.Duration, 0, want)
	for len(latencies) < want {
		if in.Buffered() == 0 {
			if err := conn.SetReadDeadline(time.Now().Add(silence)); err != nil {
				return nil, last, err
			}
		}
		payload, err := next(in)
		if e, ok := errors.AsType[net.Error](err); ok && e.Timeout() {
			return latencies, last, nil
		}
		if err != nil {
			return nil, last, err
		}
		last = time.Now()
		sent, err := sentAt(payload)
		if err != nil {
			return nil, last, err
		}
		latencies = append(latencies, last.Sub(sent))
	}
	return latencies, last, nil
}

// next returns the body of the next packet, valid until the one after.
func next(in *bufio.Reader) ([]byte, error) {
	if _, err := in.ReadByte(); err != nil {
		return nil, err
	}
	length, err := binary.ReadUvarint(in)
	if err != nil {
		return nil, err
	}
	body, err := in.Peek(int(length))
	if err != nil {
		return nil, err
	}
	_, err = in.Discard(int(length))
	return body, err
}

func sentAt(payload []byte) (time.Time, error) {
	_, rest, ok := bytes.Cut(payload, []byte(at))
	digits := bytes.TrimRight(rest, "}")
	if i := bytes.IndexByte(rest, ','); i >= 0 {
		digits = rest[:i]
	}
	ns, err := strconv.ParseInt(string(digits), 10, 64)
	if !ok || err != nil {
		return time.Time{}, fmt.Errorf("the message %q has no time: %w", payload, err)
	}
	return time.Unix(0, ns), nil
}
