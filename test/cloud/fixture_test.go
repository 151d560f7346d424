package cloud_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/api"
	"github.com/holdfast-edge/holdfast/cluster/audit"
	"github.com/holdfast-edge/holdfast/cluster/blob"
	"github.com/holdfast-edge/holdfast/cluster/kv"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/enrol"
	"github.com/holdfast-edge/holdfast/cluster/member"
	"github.com/holdfast-edge/holdfast/test/cloud/light"
	"github.com/holdfast-edge/holdfast/test/cloud/stage"
)

// patience is how long an answer may take on a loaded machine.
const patience = time.Minute

// cloud is members over one store, and the sites that have joined them.
type cloud struct {
	t       *testing.T
	dir     string
	store   *kv.Memory
	views   []*view
	members []*member.Member
	token   string
	mu      sync.Mutex
	now     time.Duration // by which the members' clock is ahead
}

// view is the store as one member sees it: it outlasts the member, and can be cut off.
type view struct {
	*kv.Memory

	mu    sync.Mutex
	cut   bool
	lease kv.Lease
	ends  []context.CancelFunc // of watches
}

func (v *view) Close() error { return nil }

var errCut = errors.New("the store is away")

func (v *view) err() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.cut {
		return errCut
	}
	return nil
}

// expire ends the member's lease, as if it had been silent.
func (v *view) expire() {
	v.mu.Lock()
	l := v.lease
	v.mu.Unlock()
	v.Memory.Expire(l)
}

// set cuts the member off, or joins it again. Watches end with the cut.
func (v *view) set(cut bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.cut = cut
	for _, end := range v.ends {
		end()
	}
	v.ends = nil
}

func (v *view) Get(ctx context.Context, key string) (kv.Entry, error) {
	if err := v.err(); err != nil {
		return kv.Entry{}, err
	}
	return v.Memory.Get(ctx, key)
}

func (v *view) List(ctx context.Context, prefix string) ([]kv.Entry, int64, error) {
	if err := v.err(); err != nil {
		return nil, 0, err
	}
	return v.Memory.List(ctx, prefix)
}

func (v *view) Commit(ctx context.Context, t kv.Txn) (int64, error) {
	if err := v.err(); err != nil {
		return 0, err
	}
	return v.Memory.Commit(ctx, t)
}

func (v *view) Watch(ctx context.Context, prefix string, after int64) <-chan kv.Change {
	ctx, end := context.WithCancel(ctx)
	v.mu.Lock()
	v.ends = append(v.ends, end)
	v.mu.Unlock()
	return v.Memory.Watch(ctx, prefix, after)
}

func (v *view) Lease(ctx context.Context, ttl time.Duration) (kv.Lease, error) {
	if err := v.err(); err != nil {
		return nil, err
	}
	l, err := v.Memory.Lease(ctx, ttl)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.lease = l
	return l, err
}

// start starts members.
func start(t *testing.T, members int, change ...func(*member.Options)) *cloud {
	t.Helper()
	c := &cloud{t: t, dir: t.TempDir(), store: kv.NewMemory()}
	for i := range members {
		v := &view{Memory: c.store}
		c.views = append(c.views, v)
		o := member.Options{
			Name: fmt.Sprintf("m%d", i+1), Store: v, Dir: c.dir,
			Logger: slog.New(slog.DiscardHandler), Now: c.clock,
		}
		for _, f := range change {
			f(&o)
		}
		m, _ := stage.Member(t, o)
		c.members = append(c.members, m)
	}
	c.token = stage.Token(t, c.members[0])
	for _, m := range c.members {
		eventually(t, "the member has a lease", m.Gateway().Ready)
	}
	return c
}

// clock is the members' clock.
func (c *cloud) clock() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.now)
}

// ahead sets the members' clock ahead.
func (c *cloud) ahead(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = d
}

// withVersions has members speak other versions of the link.
func withVersions(v link.Versions) func(*member.Options) {
	return func(o *member.Options) { o.Versions = v }
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	stage.Eventually(t, what, holds)
}

// ask asks a member's API, as somebody with a token; status is that of the answer.
func (c *cloud) ask(m int, token, method, path string, in, into any) (status int) {
	c.t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		c.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, c.members[m].APIURL()+path, bytes.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		c.t.Error(err)
		return 0
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		c.t.Error(err)
	}
	if into != nil && answer.StatusCode < 300 {
		if err := json.Unmarshal(text, into); err != nil {
			c.t.Errorf("%s %s: %v in %s", method, path, err, text)
		}
	}
	return answer.StatusCode
}

// do asks and wants it done.
func (c *cloud) do(method, path string, in, into any) {
	c.t.Helper()
	if status := c.ask(0, c.token, method, path, in, into); status >= 300 {
		c.t.Fatalf("%s %s: status %d", method, path, status)
	}
}

// join adds a site and returns its credentials.
func (c *cloud) join(name string, labels map[string]string) enrol.Credentials {
	c.t.Helper()
	var token api.JoinToken
	c.do(http.MethodPost, "/api/v1/sites", api.NewSite{Name: name, Labels: labels}, &token)
	credentials, err := enrol.Join(c.t.Context(), c.members[0].LinkAddress(), token.Token, "test", nil)
	if err != nil {
		c.t.Fatal(err)
	}
	return credentials
}

// addresses are where sites connect.
func (c *cloud) addresses() (all []string) {
	for _, m := range c.members {
		all = append(all, m.LinkAddress())
	}
	return all
}

// run runs a light site until the test ends.
func (c *cloud) run(s *light.Site) {
	s.Addresses = c.addresses()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.Run(ctx)
	}()
	c.t.Cleanup(func() {
		cancel()
		<-done
	})
}

// owned waits until some member has the site.
func (c *cloud) owned(site string) {
	c.t.Helper()
	eventually(c.t, site+" is connected", func() bool {
		var s api.Site
		return c.ask(0, c.token, http.MethodGet, "/api/v1/sites/"+site, nil, &s) == http.StatusOK && s.Owner != nil
	})
}

// audited tells whether the audit log has a record like this.
func (c *cloud) audited(what, result, detail string) bool {
	c.t.Helper()
	store, err := blob.OpenDirectory(filepath.Join(c.dir, "blobs"))
	if err != nil {
		c.t.Fatal(err)
	}
	for _, day := range []time.Time{time.Now(), c.clock()} {
		records, err := audit.Read(c.t.Context(), store, day, 10_000)
		if err != nil {
			c.t.Fatal(err)
		}
		for _, r := range records {
			if r.What == what && r.Result == result && strings.Contains(r.Detail, detail) {
				return true
			}
		}
	}
	return false
}
