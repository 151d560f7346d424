//go:build linux

package members_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
	"google.golang.org/grpc"

	"github.com/holdfast-edge/holdfast/cluster/api"
	"github.com/holdfast-edge/holdfast/cluster/link/enrol"
)

// cloud is the processes, and how the test reaches them.
type cloud struct {
	t       *testing.T
	dir     string
	net     *network
	keepers []*process // of etcd
	members []*member
	etcd    *clientv3.Client
	token   string
}

// member is a process of holdfast-cloud.
type member struct {
	*process

	name   string
	host   *host
	link   string // where sites dial it
	client *http.Client
}

const (
	// size is how many members of each kind there are.
	size = 3
	// patience is how long a condition may take on a loaded machine, where the test does not say what it may.
	patience = time.Minute
	// short is how long an answer may take where another member, or the same one, can be asked again.
	short = 5 * time.Second
)

// start starts etcd and the members. The label tells its namespaces from those of other tests.
func start(t *testing.T, label string) *cloud {
	t.Helper()
	c := &cloud{t: t, dir: t.TempDir(), net: newNetwork(t, label)}
	programs(t, c.dir)
	c.startKeepers()
	for i := range size {
		c.members = append(c.members, c.startMember(i))
		c.ready(c.members[i]) // the first one makes the CA
	}
	text, err := os.ReadFile(filepath.Join(c.dir, "m1", "admin.token"))
	if err != nil {
		t.Fatal(err)
	}
	c.token = strings.TrimSpace(string(text))
	return c
}

// startKeepers starts the members of etcd, and a client of them.
func (c *cloud) startKeepers() {
	c.t.Helper()
	var all []string
	for i := range size {
		all = append(all, fmt.Sprintf("etcd%d=http://%s%d:2380", i+1, back, 11+i))
	}
	for i := range size {
		name, address := fmt.Sprintf("etcd%d", i+1), fmt.Sprint(back, 11+i)
		h := c.net.host(name, 0, 11+i)
		c.keepers = append(c.keepers, run(c.t, c.dir, name, func() *exec.Cmd {
			return h.command(context.Background(), "etcd", "--name", name, "--data-dir", filepath.Join(c.dir, name), "--log-level", "warn",
				"--listen-client-urls", "http://"+address+":2379", "--advertise-client-urls", "http://"+address+":2379",
				"--listen-peer-urls", "http://"+address+":2380", "--initial-advertise-peer-urls", "http://"+address+":2380",
				"--initial-cluster", strings.Join(all, ","), "--initial-cluster-state", "new")
		}))
	}
	client, err := clientv3.New(clientv3.Config{
		Endpoints: c.endpoints(), DialTimeout: 5 * time.Second, Logger: zap.NewNop(), DialKeepAliveTime: 2 * time.Second, DialKeepAliveTimeout: 2 * time.Second,
		DialOptions: []grpc.DialOption{grpc.WithContextDialer(func(ctx context.Context, address string) (net.Conn, error) {
			return c.net.hub.DialContext(ctx, "tcp", address)
		})},
	})
	if err != nil {
		c.t.Fatal(err)
	}
	c.etcd = client
	c.t.Cleanup(func() { _ = client.Close() })
}

func (c *cloud) endpoints() (urls []string) {
	for i := range size {
		urls = append(urls, fmt.Sprintf("http://%s%d:2379", back, 11+i))
	}
	return urls
}

func (c *cloud) startMember(i int) *member {
	c.t.Helper()
	m := &member{name: fmt.Sprintf("m%d", i+1), link: fmt.Sprintf("%s%d:8471", front, 21+i)}
	m.host = c.net.host(m.name, 21+i, 21+i)
	m.client = &http.Client{Transport: &http.Transport{DialContext: m.host.DialContext, DisableKeepAlives: true}}
	m.process = run(c.t, c.dir, m.name, func() *exec.Cmd {
		return m.host.command(context.Background(), filepath.Join(c.dir, "holdfast-cloud"), "--log-level", "debug", "serve", "--name", m.name,
			"--data", filepath.Join(c.dir, m.name), "--ca", filepath.Join(c.dir, "ca"), "--blobs", filepath.Join(c.dir, "blobs"),
			"--etcd", strings.Join(c.endpoints(), ","), "--link", m.link, "--health", "0s")
	})
	return m
}

// ready waits until a member has its lease.
func (c *cloud) ready(m *member) {
	c.t.Helper()
	eventually(c.t, patience, m.name+" is ready", func() bool {
		status, _ := c.try(m, short, http.MethodGet, "/readyz", nil)
		return status == http.StatusNoContent
	})
}

// eventually waits for a condition, at most for a time, and returns how long it took.
func eventually(t *testing.T, within time.Duration, what string, holds func() bool) time.Duration {
	t.Helper()
	begin, deadline := time.Now(), time.After(within)
	for !holds() {
		select {
		case <-time.After(50 * time.Millisecond):
		case <-deadline:
			t.Fatalf("not within %s: %s", within, what)
		}
	}
	return time.Since(begin)
}

// try asks a member's API; the status is 0 where nobody answers in time.
func (c *cloud) try(m *member, within time.Duration, method, path string, in any) (status int, answer []byte) {
	body, err := json.Marshal(in)
	if err != nil {
		c.t.Error(err)
		return 0, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, "http://127.0.0.1:8472"+path, bytes.NewReader(body))
	if err != nil {
		c.t.Error(err)
		return 0, nil
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	r.Header.Set("Content-Type", "application/json")
	got, err := m.client.Do(r)
	if err != nil {
		return 0, nil
	}
	defer got.Body.Close()
	if answer, err = io.ReadAll(got.Body); err != nil {
		return 0, nil
	}
	return got.StatusCode, answer
}

// ask asks a member that has to answer, and reads what it says.
func (c *cloud) ask(m *member, method, path string, in, into any) {
	c.t.Helper()
	status, answer := c.try(m, patience, method, path, in)
	if status/100 != 2 {
		c.t.Fatalf("%s %s at %s: status %d: %s", method, path, m.name, status, answer)
	}
	if into == nil {
		return
	}
	if err := json.Unmarshal(answer, into); err != nil {
		c.t.Fatalf("%s %s at %s: %v in %s", method, path, m.name, err, answer)
	}
}

// invite adds a site and returns its token.
func (c *cloud) invite(site string) string {
	c.t.Helper()
	var token api.JoinToken
	c.ask(c.members[0], http.MethodPost, "/api/v1/sites", api.NewSite{Name: site}, &token)
	return token.Token
}

// join adds a site that joins from a host.
func (c *cloud) join(site string, from *host) enrol.Credentials {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	defer cancel()
	credentials, err := enrol.Join(ctx, c.members[0].link, c.invite(site), "test", from)
	if err != nil {
		c.t.Fatal(err)
	}
	return credentials
}

// links are where sites dial.
func (c *cloud) links() (all []string) {
	for _, m := range c.members {
		all = append(all, m.link)
	}
	return all
}
