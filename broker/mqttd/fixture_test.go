package mqttd_test

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.etcd.io/bbolt"
	"golang.org/x/crypto/bcrypt"

	"github.com/holdfast-edge/holdfast/broker/mosquittotest"
	"github.com/holdfast-edge/holdfast/broker/mqttd"
	"github.com/holdfast-edge/holdfast/internal/leak"
)

func TestMain(m *testing.M) { leak.Main(m) }

// patience bounds waits that end as soon as what they wait for has come.
const patience = time.Minute

// hash is that of the judges' password, as cheap as bcrypt allows: the race
// detector makes it many times slower.
var hash = sync.OnceValues(func() ([]byte, error) {
	return bcrypt.GenerateFromPassword([]byte(mosquittotest.Password), bcrypt.MinCost)
})

// account is the one that the judges log in with.
func account(t testing.TB, rights mqttd.Rights) mqttd.Account {
	t.Helper()
	h, err := hash()
	if err != nil {
		t.Fatal(err)
	}
	return mqttd.Account{Name: mosquittotest.User, Hash: string(h), Rights: rights}
}

// start starts a broker on a free port and closes it when the test ends.
func start(t testing.TB, change ...func(*mqttd.Config)) *mqttd.Broker {
	t.Helper()
	rights := mqttd.All()
	config := mqttd.Config{
		Listeners: []mqttd.Listener{{Address: "127.0.0.1:0", Anonymous: &rights}},
		Accounts:  []mqttd.Account{account(t, rights)},
	}
	for _, c := range change {
		c(&config)
	}
	b, err := mqttd.Start(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, b) })
	return b
}

func stop(t testing.TB, b *mqttd.Broker) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := b.Close(ctx); err != nil {
		t.Error(err)
	}
}

// kept lets sessions outlive the process, in a file that a second broker of the
// test may open after the first.
func kept(path string) func(*mqttd.Config) {
	return func(c *mqttd.Config) {
		c.Open = func() (*bbolt.DB, error) {
			return bbolt.Open(path, 0o600, &bbolt.Options{Timeout: patience, PageSize: 4096})
		}
	}
}

func file(t testing.TB) string { return filepath.Join(t.TempDir(), "sessions") }

// port is where the broker listens.
func port(b *mqttd.Broker) string { return fmt.Sprint(b.Addresses()[0].(*net.TCPAddr).Port) }

// eventually waits until is reports true.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !is(); <-time.After(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not in %s", what, patience)
		}
	}
}

// gathered collects messages.
type gathered struct {
	mu  sync.Mutex
	all []mqttd.Message
}

func (g *gathered) take(_ context.Context, batch []mqttd.Message) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.all = append(g.all, batch...)
	return nil
}

func (g *gathered) get() []mqttd.Message {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]mqttd.Message(nil), g.all...)
}
