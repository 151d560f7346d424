package postgres_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/holdfast-edge/holdfast/internal/leak"
	"github.com/holdfast-edge/holdfast/internal/ports"
	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/sinks/conformance"
	"github.com/holdfast-edge/holdfast/sinks/postgres"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestMain(m *testing.M) { leak.Main(m) }

// server is Debian's PostgreSQL, with a database for each case.
type server struct {
	*conformance.Process
	address string
	db      string
}

// nobody is whom the server runs as: it refuses to be root.
const nobody = 65534

func start(t *testing.T) *server {
	t.Helper()
	if testing.Short() {
		t.Skip("needs Debian's PostgreSQL")
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	if len(found) == 0 {
		t.Skip("needs Debian's PostgreSQL: make deps")
	}
	bin := found[len(found)-1]
	dir, err := os.MkdirTemp("", "holdfast-pg") //nolint:usetesting // the parents of t.TempDir are closed to nobody
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	as := func(c *exec.Cmd) {
		c.Dir = dir
		if os.Getuid() == 0 {
			c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		}
	}
	if os.Getuid() == 0 {
		if err := os.Chown(dir, nobody, nobody); err != nil {
			t.Fatal(err)
		}
	}
	secret := filepath.Join(dir, "secret")
	if err := os.WriteFile(secret, []byte("secret7"), 0o644); err != nil {
		t.Fatal(err)
	}
	initdb := exec.Command(bin+"/initdb", "-D", dir+"/data", "-U", "edge", "--pwfile", secret, "-A", "scram-sha-256", "--no-sync", "-E", "UTF8", "--locale=C")
	as(initdb)
	if said, err := initdb.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, said)
	}
	port := ports.Free(t).Number()
	s := &server{address: fmt.Sprintf("127.0.0.1:%d", port), db: "postgres"}
	ready := func() error {
		c, err := s.connect()
		if err != nil {
			return err
		}
		return c.Close(context.Background())
	}
	s.Process = conformance.StartProcess(t, ready, as, bin+"/postgres", "-D", dir+"/data", "-p", fmt.Sprint(port), "-c", "listen_addresses=127.0.0.1",
		"-c", "unix_socket_directories=", "-c", "fsync=off")
	return s
}

func (s *server) connect() (*pgx.Conn, error) {
	return pgx.Connect(context.Background(), "postgres://edge:secret7@"+s.address+"/"+s.db+"?sslmode=disable")
}

// query returns the rows of an answer as texts.
func (s *server) query(t *testing.T, sql string) (all [][]any) {
	t.Helper()
	c, err := s.connect()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	rows, err := c.Query(context.Background(), sql)
	if err != nil {
		if !strings.Contains(err.Error(), "does not exist") {
			t.Fatalf("%s: %v", sql, err)
		}
		return nil
	}
	defer rows.Close()
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, values)
	}
	if rows.Err() != nil && !strings.Contains(rows.Err().Error(), "does not exist") {
		t.Fatalf("%s: %v", sql, rows.Err())
	}
	return all
}

func (s *server) Address() string { return s.address }

func (s *server) Keys(address string) string {
	return "url: postgres://" + address + "/" + s.db + "?sslmode=disable\nusername: edge\npassword: env:PG_PASSWORD\nschema: plant\nlinger: 5ms\nbatch: 50"
}

func (s *server) WrongKeys(t *testing.T, address string) (keys, secret string) {
	t.Setenv("WRONG_PASSWORD", "hunter2hunter2")
	return strings.Replace(s.Keys(address), "PG_PASSWORD", "WRONG_PASSWORD", 1), "hunter2"
}

// Spoil makes a text that PostgreSQL cannot hold.
func (s *server) Spoil(row []tag.Value) { row[2] = tag.StringOf("a\x00b") }

func (s *server) Restart(*testing.T) {
	s.Stop()
	s.Start()
}

func (s *server) Seen(t *testing.T) (all []conformance.Record) {
	t.Helper()
	for _, stream := range []string{"one", "two"} {
		for _, r := range s.query(t, "SELECT hf_seq, temperature, humidity, hf_quality FROM plant."+stream+" ORDER BY hf_seq") {
			all = append(all, conformance.Stored(t, stream, r))
		}
	}
	for _, g := range s.query(t, "SELECT hf_seq, count FROM plant.hf_gaps") {
		all = append(all, conformance.Record{Sequence: conformance.Count(t, g[0]), Gap: conformance.Count(t, g[1])})
	}
	return all
}

func TestTheSinkConforms(t *testing.T) {
	s := start(t)
	t.Setenv("PG_PASSWORD", "secret7")
	cases := 0
	conformance.Run(t, conformance.Subject{
		Sink: postgres.Sink{}, Idempotent: true, Impatient: "timeout: 1s",
		Start: func(t *testing.T, _ int64) conformance.Far {
			cases++
			s.db = "postgres"
			s.query(t, fmt.Sprintf("CREATE DATABASE plant_%d", cases))
			s.db = fmt.Sprintf("plant_%d", cases)
			return s
		},
	})
	t.Run("every kind of value comes back as it was, in a table that grows", func(t *testing.T) { s.kinds(t) })
	t.Run("nodes that make the same tables at the same time refuse nothing", func(t *testing.T) { s.together(t) })
}

// together has several sinks make schemas and tables at once.
func (s *server) together(t *testing.T) {
	const nodes, rounds = 6, 5
	for round := range rounds {
		keys := s.Keys(s.address) + fmt.Sprintf("\nschema: together_%d", round)
		keys = strings.Replace(keys, "schema: plant\n", "", 1)
		var writers []sinks.Writer
		for range nodes {
			w, err := postgres.Sink{}.Open(t.Context(), conformance.Target(conformance.Options(t, postgres.Sink{}, keys)))
			if err != nil {
				t.Fatal(err)
			}
			writers = append(writers, w)
		}
		answers := make(chan error, nodes)
		for i, w := range writers {
			batch := conformance.Rows(t, 0, "one", uint64(10*i+1), 3)
			if err := w.Send(t.Context(), sinks.Delivery{Batch: batch}, func(err error) { answers <- err }); err != nil {
				t.Fatal(err)
			}
		}
		for range nodes {
			if err := <-answers; err != nil {
				t.Error(err)
			}
		}
		for _, w := range writers {
			if err := w.Close(t.Context()); err != nil {
				t.Error(err)
			}
		}
		if got := fmt.Sprint(s.query(t, fmt.Sprintf("SELECT count(*) FROM together_%d.one", round))); got != "[[18]]" {
			t.Errorf("%s rows are there", got)
		}
	}
}

func (s *server) kinds(t *testing.T) {
	fields := []tag.Field{
		{Name: "b", Kind: tag.Bool},
		{Name: "i", Kind: tag.Int},
		{Name: "u", Kind: tag.Uint},
		{Name: "f", Kind: tag.Float},
		{Name: "s", Kind: tag.String},
		{Name: "raw", Kind: tag.Bytes},
		{Name: "any"},
		{Name: "time", Kind: tag.Int},
		{Name: "late", Kind: tag.Float},
	}
	values := []tag.Value{
		tag.BoolOf(true), tag.IntOf(math.MinInt64), tag.UintOf(math.MaxUint64), tag.FloatOf(math.Inf(1)), tag.StringOf(`it's "a" \ °C`),
		tag.BytesOf([]byte{0, 255}), tag.ArrayOf([]tag.Value{tag.IntOf(1), tag.StringOf("x")}), tag.IntOf(5), tag.FloatOf(1e-7),
	}
	w, err := postgres.Sink{}.Open(t.Context(), conformance.Target(conformance.Options(t, postgres.Sink{}, s.Keys(s.address))))
	if err != nil {
		t.Fatal(err)
	}
	for n := range 2 { // the last field comes with the second row
		schema, err := tag.NewSchema(tag.NewStreamID("plant-7", "kinds"), "kinds", fields[:8+n]...)
		if err != nil {
			t.Fatal(err)
		}
		b := tag.NewBuilder(schema, 1)
		copy(b.Row(1_800_000_000_123_456_789), values[:8+n])
		answer := make(chan error, 1)
		batch := b.Batch().Committed(tag.Identity{Site: "plant-7", Stream: schema.Stream(), Incarnation: 1, Sequence: uint64(n + 1)})
		if err := w.Send(t.Context(), sinks.Delivery{Batch: batch}, func(err error) { answer <- err }); err != nil {
			t.Fatal(err)
		}
		if err := <-answer; err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(t.Context()); err != nil {
		t.Error(err)
	}
	got := s.query(t, `SELECT b, i, u::text, f, s, raw, "any"::text, _time, late, hf_site, hf_seq FROM plant.kinds ORDER BY hf_seq`)
	want := "[[true -9223372036854775808 18446744073709551615 +Inf it's \"a\" \\ °C [0 255] [1, \"x\"] 5 <nil> plant-7 1] " +
		"[true -9223372036854775808 18446744073709551615 +Inf it's \"a\" \\ °C [0 255] [1, \"x\"] 5 1e-07 plant-7 2]]"
	if fmt.Sprint(got) != want {
		t.Errorf("got\n%v\nwant\n%s", got, want)
	}
}

func TestOptionsThatDoNotGoTogetherAreRefused(t *testing.T) {
	for keys, says := range map[string]string{
		"url: mysql://h/d\nusername: u":                   "postgres://",
		"url: postgres://h\nusername: u":                  "database",
		"url: postgres://x@h/d\nusername: u":              "username",
		"url: postgres://h/d":                             "username",
		"url: postgres://h/d\nusername: u\ntls: {ca: /a}": "sslmode",
	} {
		if _, err := conformance.Parse(postgres.Sink{}, keys); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", keys, err)
		}
	}
}
