package cloud_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/actors/uplink"
	"github.com/holdfast-edge/holdfast/cluster/access"
	"github.com/holdfast-edge/holdfast/cluster/api"
	"github.com/holdfast-edge/holdfast/cluster/artefacts"
	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/link/enrol"
	"github.com/holdfast-edge/holdfast/console/client"
	store "github.com/holdfast-edge/holdfast/store/artefacts"
)

// put keeps an artefact, as somebody with a token.
func (c *cloud) put(token, kind, name string, octets []byte) (a artefacts.Artefact, err error) {
	c.t.Helper()
	ask, err := client.New(client.Options{URL: c.members[0].APIURL(), Token: token})
	if err != nil {
		c.t.Fatal(err)
	}
	defer ask.Close()
	query := url.Values{"name": {name}, "kind": {kind}, "version": {"2.0.0"}, "platform": {"linux/amd64"}}
	err = ask.Upload(c.t.Context(), "/api/v1/artefacts", query, octets, &a)
	return a, err
}

// wasm is octets that begin as a module does.
func wasm(size int) []byte {
	octets := make([]byte, size)
	random := rand.NewChaCha8([32]byte{1})
	_, _ = random.Read(octets)
	copy(octets, "\x00asm")
	return octets
}

// naming is a configuration that names a module by its digest.
func naming(digest string) []link.File {
	return []link.File{{Name: "site.yaml", Data: "site: plant-7\nfunctions: [{name: units, sha256: " + digest + "}]\n"}}
}

// cutting is a network whose connections are cut once so many octets have come.
type cutting struct {
	net.Dialer

	after atomic.Int64 // octets of the first connection; 0: none is cut
	came  atomic.Int64 // in all
	dials atomic.Int32
}

type cutConn struct {
	net.Conn

	by    *cutting
	first bool
	came  int64
}

func (d *cutting) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := d.Dialer.DialContext(ctx, network, address)
	return &cutConn{Conn: conn, by: d, first: d.dials.Add(1) == 1}, err
}

func (c *cutConn) Read(into []byte) (int, error) {
	n, err := c.Conn.Read(into)
	c.by.came.Add(int64(n))
	if c.came += int64(n); c.first && c.came > c.by.after.Load() {
		return 0, errors.Join(io.ErrUnexpectedEOF, c.Conn.Close())
	}
	return n, err
}

func TestAnArtefactIsFetchedByTheSitesThatWereToldToUseItAndACutCostsNoOctetTwice(t *testing.T) {
	c := start(t, 2)
	credentials, other := c.join("plant-7", nil), c.join("plant-8", nil)
	octets := wasm(6 << 20)
	a, err := c.put(c.token, "wasm", "units.wasm", octets)
	if err != nil || a.Digest != link.Digest(octets) || a.Size != 6<<20 {
		t.Fatalf("put: %+v, %v", a, err)
	}
	c.do(http.MethodPut, "/api/v1/sites/plant-7/desired", api.Configuration{Files: naming(a.Digest)}, nil)

	var g api.GenerationFiles
	c.do(http.MethodGet, "/api/v1/sites/plant-7/desired", nil, &g)
	if _, needed := link.Apart(g.Files); len(needed) != 1 || needed[0].Digest != a.Digest || needed[0].Size != a.Size {
		t.Errorf("the bundle does not name the artefact: %+v", g.Files)
	}

	network := &cutting{}
	network.after.Store(3 << 20)
	kept := store.Open(store.Options{Dir: t.TempDir(), Most: 64 << 20})
	fetch := func(by enrol.Credentials, through link.Dialer) error {
		dir := t.TempDir()
		by.Addresses = c.addresses()
		if err := by.Save(dir); err != nil {
			t.Fatal(err)
		}
		env := uplink.Env{Dir: dir, Now: time.Now, Dialer: through}
		return kept.Fetch(t.Context(), store.Reference{Digest: a.Digest, Size: a.Size}, func(ctx context.Context, r store.Reference, offset int64, w io.Writer) error {
			return env.FetchInto(ctx, r.Digest, offset, r.Size, w)
		}, nil)
	}
	if err := fetch(other, nil); err == nil || !strings.Contains(err.Error(), "never told") {
		t.Errorf("a site that was not told to use it: %v", err)
	}
	if err := fetch(credentials, network); err != nil {
		t.Fatal(err)
	}
	if network.dials.Load() != 2 || network.came.Load() > 7<<20 {
		t.Errorf("%d octets came over %d connections", network.came.Load(), network.dials.Load())
	}
	path, _ := kept.Path(a.Digest)
	if err := store.Verify(path, a.Digest); err != nil {
		t.Error(err)
	}
}

func TestArtefactsArePutAndRemovedByWhoMayAndNotFromUnderASite(t *testing.T) {
	c := start(t, 1)
	c.join("plant-7", nil)
	engineer := c.tokenOf(access.Engineer)
	module, err := c.put(engineer, "wasm", "units.wasm", wasm(1000))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.put(engineer, "program", "holdfast", []byte("a program")); err == nil || !strings.Contains(err.Error(), "forbidden") && !strings.Contains(err.Error(), "403") {
		t.Errorf("an engineer puts a program: %v", err)
	}
	if _, err := c.put(c.tokenOf(access.Operator), "wasm", "units.wasm", wasm(1001)); err == nil {
		t.Error("an operator puts a module")
	}
	if _, err := c.put(c.token, "wasm", "units.wasm", []byte("no module")); err == nil {
		t.Error("what is no module is taken")
	}
	again, err := c.put(c.token, "wasm", "other.wasm", wasm(1000))
	if err != nil || again.Name != "units.wasm" {
		t.Errorf("the same again: %+v, %v", again, err)
	}
	c.do(http.MethodPut, "/api/v1/sites/plant-7/desired", api.Configuration{Files: naming(module.Digest)}, nil)
	path := "/api/v1/artefacts/" + module.Digest
	if status := c.ask(0, engineer, http.MethodDelete, path+"?force=true", nil, nil); status != http.StatusForbidden {
		t.Errorf("an engineer removes it: status %d", status)
	}
	if status := c.ask(0, c.token, http.MethodDelete, path, nil, nil); status != http.StatusConflict {
		t.Errorf("removed from under a site: status %d", status)
	}
	c.do(http.MethodDelete, path+"?force=true", nil, nil)
	var list []artefacts.Artefact
	if c.do(http.MethodGet, "/api/v1/artefacts", nil, &list); len(list) != 0 {
		t.Errorf("left: %+v", list)
	}
	for _, what := range []string{"put artefact", "remove artefact"} {
		if !c.audited(what, "done", module.Digest) {
			t.Errorf("%s is not in the audit log", what)
		}
	}
}

// tokenOf makes an API token of a role.
func (c *cloud) tokenOf(role access.Role) string {
	c.t.Helper()
	var token api.Token
	c.do(http.MethodPost, "/api/v1/tokens", api.NewToken{Name: "a " + string(role), Role: role}, &token)
	return token.Token
}

// bare is a site without a plant.
const bare = "site: plant-7\nconsole: {listen: \"127.0.0.1:0\"}\n"

// reports waits until plant-7 reports a phase of a generation, and returns the reason.
func (c *cloud) reports(generation uint64, phase, reason string) {
	c.t.Helper()
	var s api.Site
	eventually(c.t, fmt.Sprintf("generation %d is %s", generation, phase), func() bool {
		c.do(http.MethodGet, "/api/v1/sites/plant-7", nil, &s)
		return s.Reported != nil && s.Reported.Target == generation && s.Reported.Phase == phase && strings.Contains(s.Reported.Reason, reason)
	})
}

// converting is a site with a rule that calls a function of a module that only the cloud has.
func converting(digest string) api.Configuration {
	return api.Configuration{
		Policy: &link.Policy{HealthWindow: time.Millisecond, MaxBadTags: 1, MaxRestarts: 9},
		Files: []link.File{{Name: "site.yaml", Data: bare + "functions: [{name: units, sha256: " + digest + "}]\n" +
			"streams: [{name: sensors, mqtt: sensors}]\nrules: [{name: hot, sql: \"SELECT fahrenheit(t) AS f FROM sensors\"}]\n"}},
	}
}

func TestANodeHasWhatAGenerationNeedsBeforeItIsEntered(t *testing.T) {
	module, err := os.ReadFile("../../internal/node/testdata/celsius.wasm")
	if err != nil {
		t.Fatal(err)
	}
	c := start(t, 1)
	dir := t.TempDir()
	n := c.settle(dir, "", bare)
	absent := strings.Repeat("ab", 32)
	c.do(http.MethodPut, "/api/v1/sites/plant-7/desired", converting(absent), nil)
	c.reports(1, "refused", "no artefact with this digest")

	a, err := c.put(c.token, "wasm", "celsius.wasm", module)
	if err != nil {
		t.Fatal(err)
	}
	blob := filepath.Join(c.dir, "blobs", "artefacts", a.Digest)
	if err := os.WriteFile(blob, append([]byte{1}, module[1:]...), 0o600); err != nil {
		t.Fatal(err)
	}
	c.do(http.MethodPut, "/api/v1/sites/plant-7/desired", converting(a.Digest), nil)
	c.reports(2, "refused", "another digest")
	if len(n.Functions()) != 0 {
		t.Errorf("it has %+v", n.Functions())
	}

	if err := os.WriteFile(blob, module, 0o600); err != nil {
		t.Fatal(err)
	}
	again := converting(a.Digest)
	again.Files[0].Data += "# once more\n"
	c.do(http.MethodPut, "/api/v1/sites/plant-7/desired", again, nil)
	c.reports(3, "confirmed", "")
	if len(n.Functions()) == 0 {
		t.Error("it has no functions")
	}
	if err := store.Verify(filepath.Join(dir, "artefacts", a.Digest), a.Digest); err != nil {
		t.Error(err)
	}
}

func TestAFullDiskKeepsAGenerationOutUntilThereIsRoom(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=48m"); err != nil {
		t.Skipf("no small file system can be mounted here: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	module, err := os.ReadFile("../../internal/node/testdata/celsius.wasm")
	if err != nil {
		t.Fatal(err)
	}
	c := start(t, 1)
	n := c.settle(filepath.Join(dir, "data"), "", bare)
	a, err := c.put(c.token, "wasm", "celsius.wasm", module)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "other"), make([]byte, 40<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	c.do(http.MethodPut, "/api/v1/sites/plant-7/desired", converting(a.Digest), nil)
	c.reports(1, "fetching", "no room")
	eventually(t, "that is audited", func() bool { return c.audited("generation", "failed", "no room") })
	if len(n.Functions()) != 0 {
		t.Errorf("it has %+v", n.Functions())
	}
	if err := os.Remove(filepath.Join(dir, "other")); err != nil {
		t.Fatal(err)
	}
	c.reports(1, "confirmed", "")
}
