package tdengine_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/internal/leak"
	"github.com/holdfast-edge/holdfast/internal/ports"
	"github.com/holdfast-edge/holdfast/sinks/conformance"
	"github.com/holdfast-edge/holdfast/sinks/tdengine"
	"github.com/holdfast-edge/holdfast/sinks/tdengine/taosd"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestMain(m *testing.M) { leak.Main(m) }

const password = "taosdata"

// server starts a double of TDengine until the test ends.
func server(t testing.TB, o taosd.Options) *taosd.Server {
	t.Helper()
	o.User, o.Password, o.Address = "root", password, ports.Free(t).Address() // to which it comes back
	s, err := taosd.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// far is TDengine in the suite: the double, or a real one.
type far struct {
	address, user, password, method string
}

func (f *far) Address() string { return f.address }

func (f *far) Keys(address string) string {
	return "url: ws://" + address + "\nusername: " + f.user + "\npassword: env:TDENGINE_PASSWORD\nlinger: 5ms\nbatch: 50\ndatabase: hf_plant\nmethod: " + f.method
}

func (f *far) WrongKeys(t *testing.T, address string) (keys, secret string) {
	t.Setenv("WRONG_PASSWORD", "hunter2hunter2")
	return "url: ws://" + address + "\npassword: env:WRONG_PASSWORD", "hunter2"
}

// Spoil makes a text that no column of ours is widened to.
func (f *far) Spoil(row []tag.Value) { row[2] = tag.StringOf(strings.Repeat("x", 20_000)) }

// query asks by REST, as Grafana's data source does.
func (f *far) query(t *testing.T, sql string) (rows [][]any, code int) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+f.address+"/rest/sql", strings.NewReader(sql))
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth(f.user, f.password)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	reply, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	var answer struct {
		Code int
		Data [][]any
	}
	if err := json.NewDecoder(reply.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	return answer.Data, answer.Code
}

func (f *far) Seen(t *testing.T) (all []conformance.Record) {
	t.Helper()
	for _, stream := range []string{"one", "two"} {
		rows, _ := f.query(t, "SELECT hf_seq, temperature, humidity, hf_quality FROM hf_plant."+stream+" ORDER BY hf_seq")
		for _, r := range rows {
			all = append(all, conformance.Stored(t, stream, r))
		}
	}
	gaps, _ := f.query(t, "SELECT hf_seq, `count`, cause FROM hf_plant.hf_gaps")
	for _, g := range gaps {
		all = append(all, conformance.Record{Sequence: conformance.Count(t, g[0]), Gap: conformance.Count(t, g[1])})
	}
	return all
}

// double is the far end with a server that can be restarted.
type double struct {
	far
	server *taosd.Server
}

func (d *double) Restart(t *testing.T) {
	if err := d.server.Restart(); err != nil {
		t.Fatal(err)
	}
}

func TestTheSinkConforms(t *testing.T) {
	t.Setenv("TDENGINE_PASSWORD", password)
	for _, way := range []struct {
		name, method string
		refuses      bool // the server, prepared statements
	}{{"stmt2", "stmt2", false}, {"sql", "sql", false}, {"stmt2 is refused", "stmt2", true}} {
		t.Run(way.name, func(t *testing.T) {
			conformance.Run(t, conformance.Subject{
				Sink: tdengine.Sink{}, Idempotent: true, Impatient: "timeout: 500ms",
				Start: func(t *testing.T, _ int64) conformance.Far {
					s := server(t, taosd.Options{NoStatements: way.refuses})
					return &double{server: s, far: far{address: s.Address(), user: "root", password: password, method: way.method}}
				},
			})
		})
	}
}

// TestTheSinkConformsWithARealServer wants ws://user:password@host:6041 in
// HOLDFAST_TDENGINE_DSN, and uses the database hf_plant there.
func TestTheSinkConformsWithARealServer(t *testing.T) {
	dsn := os.Getenv("HOLDFAST_TDENGINE_DSN")
	if dsn == "" {
		t.Skip("HOLDFAST_TDENGINE_DSN is not set")
	}
	at, err := url.Parse(dsn)
	if err != nil {
		t.Fatal("HOLDFAST_TDENGINE_DSN is no URL")
	}
	secret, _ := at.User.Password()
	t.Setenv("TDENGINE_PASSWORD", secret)
	for _, method := range []string{"stmt2", "sql"} {
		t.Run(method, func(t *testing.T) {
			conformance.Run(t, conformance.Subject{
				Sink: tdengine.Sink{}, Idempotent: true, Impatient: "timeout: 500ms",
				Start: func(t *testing.T, _ int64) conformance.Far {
					f := &far{address: at.Host, user: at.User.Username(), password: secret, method: method}
					f.query(t, "DROP DATABASE IF EXISTS hf_plant")
					return f
				},
			})
		})
	}
}
