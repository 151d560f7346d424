package nats_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	natsgo "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/holdfast-edge/holdfast/internal/leak"
	"github.com/holdfast-edge/holdfast/internal/ports"
	"github.com/holdfast-edge/holdfast/sinks/conformance"
	"github.com/holdfast-edge/holdfast/sinks/nats"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestMain(m *testing.M) { leak.Main(m) }

// server is Debian's nats-server with a stream for all that is published.
type server struct {
	*conformance.Process
	address string
}

func start(t *testing.T) *server {
	t.Helper()
	dir := t.TempDir()
	s := &server{address: ports.Free(t).Address()}
	conf := filepath.Join(dir, "nats.conf")
	text := "listen: " + s.address + "\njetstream: {store_dir: \"" + dir + "\"}\nauthorization: {user: edge, password: secret7, timeout: 60}\nmax_payload: 100KB\n"
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	ready := func() error {
		c, err := net.Dial("tcp", s.address)
		if err == nil {
			_ = c.Close()
		}
		return err
	}
	s.Process = conformance.StartProcess(t, ready, nil, "nats-server", "-c", conf)
	s.with(t, func(ctx context.Context, js jetstream.JetStream) error {
		_, err := js.CreateStream(ctx, jetstream.StreamConfig{Name: "PLANT", Subjects: []string{"plant.>", "plant-7.gaps"}, Duplicates: 10 * time.Minute})
		return err
	})
	return s
}

func (s *server) with(t *testing.T, do func(context.Context, jetstream.JetStream) error) {
	t.Helper()
	conn, err := natsgo.Connect("nats://"+s.address, natsgo.UserInfo("edge", "secret7"), natsgo.Timeout(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := do(ctx, js); err != nil {
		t.Fatal(err)
	}
}

func (s *server) Address() string { return s.address }

func (s *server) Keys(address string) string {
	return "url: nats://" + address + "\nsubject: plant.{stream}\nusername: edge\npassword: env:NATS_PASSWORD\nlinger: 5ms\nbatch: 50"
}

func (s *server) WrongKeys(t *testing.T, address string) (keys, secret string) {
	t.Setenv("WRONG_PASSWORD", "hunter2hunter2")
	return strings.Replace(s.Keys(address), "NATS_PASSWORD", "WRONG_PASSWORD", 1), "hunter2"
}

// Spoil makes a message that is larger than the server takes.
func (s *server) Spoil(row []tag.Value) { row[2] = tag.StringOf(strings.Repeat("x", 200_000)) }

func (s *server) Restart(*testing.T) {
	s.Stop()
	s.Start()
}

func (s *server) Seen(t *testing.T) (all []conformance.Record) {
	t.Helper()
	s.with(t, func(ctx context.Context, js jetstream.JetStream) error {
		stream, err := js.Stream(ctx, "PLANT")
		if err != nil {
			return err
		}
		info, err := stream.Info(ctx)
		if err != nil {
			return err
		}
		for n := uint64(1); n <= info.State.LastSeq; n++ {
			m, err := stream.GetMsg(ctx, n)
			if err != nil {
				return err
			}
			all = append(all, read(t, m))
		}
		return nil
	})
	return all
}

func read(t *testing.T, m *jetstream.RawStreamMsg) conformance.Record {
	t.Helper()
	var body struct {
		ID          string
		Temperature float64
		Humidity    *int
		Gap         *struct {
			First string
			Count uint64
		}
	}
	if err := json.Unmarshal(m.Data, &body); err != nil {
		t.Fatalf("%s: %v", m.Data, err)
	}
	if body.Gap != nil {
		body.ID = body.Gap.First
	} else if m.Header.Get("Nats-Msg-Id") != body.ID {
		t.Errorf("header %v, body %s", m.Header, body.ID)
	}
	id, err := tag.ParseIdentity(body.ID)
	if err != nil {
		t.Fatal(err)
	}
	one := conformance.Record{Stream: strings.TrimPrefix(m.Subject, "plant."), Sequence: id.Sequence, Temperature: body.Temperature}
	if body.Gap != nil {
		one.Gap = body.Gap.Count
	}
	if body.Humidity != nil {
		one.Humidity = fmt.Sprint(*body.Humidity)
	}
	return one
}

func TestTheSinkConforms(t *testing.T) {
	t.Setenv("NATS_PASSWORD", "secret7")
	conformance.Run(t, conformance.Subject{
		Sink: nats.Sink{}, Idempotent: true, Impatient: "timeout: 1s",
		Start: func(t *testing.T, _ int64) conformance.Far { return start(t) },
	})
}

func TestAnOpeningEndsWithItsContextAndNotWithTheServersSilence(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	closing := errors.New("closing time")
	silent := make(chan net.Conn, 1)
	go func() {
		defer close(silent)
		if conn, err := l.Accept(); err == nil {
			silent <- conn
			cancel(closing)
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		for conn := range silent {
			_ = conn.Close()
		}
	})
	keys := "url: nats://" + l.Addr().String() + "\nsubject: s\ntimeout: 1h"
	if _, err := (nats.Sink{}).Open(ctx, conformance.Target(conformance.Options(t, nats.Sink{}, keys))); !errors.Is(err, closing) {
		t.Errorf("got %v", err)
	}
}

func TestOptionsThatDoNotGoTogetherAreRefused(t *testing.T) {
	for keys, says := range map[string]string{
		"subject: s":                                "url",
		"url: http://h\nsubject: s":                 "nats://",
		"url: nats://h\nsubject: a.*":               "wildcard",
		"url: nats://u@h\nsubject: a":               "username",
		"url: nats://h\nsubject: a\ntls: {ca: /ca}": "tls://",
	} {
		if _, err := conformance.Parse(nats.Sink{}, keys); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", keys, err)
		}
	}
}
