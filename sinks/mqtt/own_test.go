package mqtt

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"

	"github.com/holdfast-edge/holdfast/broker/mosquittotest"
	"github.com/holdfast-edge/holdfast/broker/mqttd"
	"github.com/holdfast-edge/holdfast/internal/ports"
	"github.com/holdfast-edge/holdfast/sinks"
)

// own starts the broker of the node itself, with the account of the judges.
func own(t *testing.T, l mqttd.Listener) (b *mqttd.Broker, port string) {
	t.Helper()
	rights := mqttd.All()
	if l.Anonymous = &rights; l.Address == "" {
		l.Address = "127.0.0.1:0"
	}
	hash, err := bcrypt.GenerateFromPassword([]byte(mosquittotest.Password), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	b, err = mqttd.Start(mqttd.Config{
		Listeners: []mqttd.Listener{l}, Accounts: []mqttd.Account{{Name: mosquittotest.User, Hash: string(hash), Rights: rights}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, b) })
	_, port, _ = net.SplitHostPort(b.Addresses()[0].String())
	return b, port
}

func shut(t *testing.T, b *mqttd.Broker) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := b.Close(ctx); err != nil {
		t.Error(err)
	}
}

// heard collects what a broker is told.
type heard struct {
	mu    sync.Mutex
	grown *sync.Cond
	all   []mqttd.Message
}

func listen(t *testing.T, b *mqttd.Broker) *heard {
	t.Helper()
	h := &heard{}
	h.grown = sync.NewCond(&h.mu)
	_, err := b.Tap("#", mqttd.TapOptions{}, func(_ context.Context, batch []mqttd.Message) error {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.all = append(h.all, batch...)
		h.grown.Broadcast()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *heard) wait(n int) []mqttd.Message {
	h.mu.Lock()
	defer h.mu.Unlock()
	for len(h.all) < n {
		h.grown.Wait()
	}
	return h.all
}

// certificates makes one for this machine, and the file to trust it by.
func certificates(t *testing.T) (server *tls.Config, ca string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"broker.example"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	ca = t.TempDir() + "/ca.pem"
	writeFile(t, ca, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, ca
}

func TestRowsReachABrokerOverEveryTransport(t *testing.T) {
	server, ca := certificates(t)
	for scheme, c := range map[string]struct {
		listener mqttd.Listener
		lines    []string
	}{
		"mqtt":  {},
		"mqtts": {mqttd.Listener{TLS: server}, []string{"tls: {ca: " + ca + "}"}},
		"ws":    {mqttd.Listener{WebSocket: true}, nil},
		"wss":   {mqttd.Listener{WebSocket: true, TLS: server}, []string{"tls: {ca: " + ca + ", server_name: broker.example}"}},
	} {
		t.Run(scheme, func(t *testing.T) {
			b, port := own(t, c.listener)
			got := listen(t, b)
			w := open(t, options(t, append(c.lines, "url: "+scheme+"://127.0.0.1:"+port)...))
			done, schema := newResults(), climate(t)
			for i := range 50 {
				if err := w.Send(t.Context(), batch(readings(t, schema, uint64(1+i*20), 20)), done.of(i)); err != nil {
					t.Fatal(err)
				}
			}
			for i, m := range got.wait(1000) {
				if sequence(t, string(m.Payload)) != i+1 {
					t.Fatalf("message %d is %s", i, m.Payload)
				}
			}
			done.wait(50)
			done.check(t, 50, acknowledged)
			if err := w.Close(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestACertificateThatNobodyTrustsIsRefused(t *testing.T) {
	server, _ := certificates(t)
	_, port := own(t, mqttd.Listener{TLS: server})
	_, err := New().Open(t.Context(), target(options(t, "url: mqtts://127.0.0.1:"+port)))
	if err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("got %v", err)
	}
}

func TestAFarEndThatIsNotThereIsTransient(t *testing.T) {
	address := ports.Free(t).Address()
	for _, scheme := range []string{"mqtt", "ws"} {
		_, err := New().Open(t.Context(), target(options(t, "url: "+scheme+"://"+address)))
		if !transient(err) || !strings.Contains(err.Error(), address) {
			t.Errorf("%s: %v", scheme, err)
		}
	}
}

// A sink as its actor drives it: what was not acknowledged is sent again on the
// next connection, and so everything arrives although the broker is closed again
// and again under load.
func TestEverythingArrivesAcrossManyEndsOfTheBroker(t *testing.T) {
	const batches, rows = 60, 10
	address := ports.Free(t).Address()
	b, _ := own(t, mqttd.Listener{Address: address})
	got := listen(t, b)
	o := options(t, "url: mqtt://"+address, "window: 32")
	schema := climate(t)
	seen := map[int]int{}
	note := func(h *heard) {
		h.mu.Lock()
		defer h.mu.Unlock()
		for _, m := range h.all {
			seen[sequence(t, string(m.Payload))]++
		}
		h.all = nil
	}
	acked := 0 // batches in order, as a cursor counts them
	for round := 0; acked < batches; round++ {
		w, err := New().Open(t.Context(), target(o))
		if err != nil {
			t.Fatal(err)
		}
		done := newResults()
		sent := 0
		for i := acked; i < batches; i++ {
			if w.Send(t.Context(), batch(readings(t, schema, uint64(1+i*rows), rows)), done.of(sent)) != nil {
				break
			}
			sent++
			if round < 4 && sent == 5 { // the broker ends with the rest on the way
				shut(t, b)
				note(got)
				b, _ = own(t, mqttd.Listener{Address: address})
				got = listen(t, b)
			}
		}
		done.wait(sent)
		for i := 0; i < sent && done.calls[i][0] == nil; i++ {
			acked++
		}
		abandon(w)
	}
	shut(t, b)
	note(got)
	for n := 1; n <= batches*rows; n++ {
		if seen[n] == 0 {
			t.Errorf("row %d never arrived", n)
		}
	}
}

func BenchmarkSendToOwnBroker(b *testing.B) {
	rights := mqttd.All()
	broker, err := mqttd.Start(mqttd.Config{Listeners: []mqttd.Listener{{Address: "127.0.0.1:0", Anonymous: &rights}}})
	if err != nil {
		b.Fatal(err)
	}
	defer broker.Close(context.Background())
	w, err := New().Open(b.Context(), target(options(b, "url: mqtt://"+broker.Addresses()[0].String())))
	if err != nil {
		b.Fatal(err)
	}
	const rows = 100
	d := batch(readings(b, climate(b), 1, rows))
	var done sync.WaitGroup
	b.ReportAllocs()
	for b.Loop() {
		done.Add(1)
		if err := w.Send(b.Context(), d, func(error) { done.Done() }); err != nil {
			b.Fatal(err)
		}
	}
	done.Wait()
	b.ReportMetric(float64(b.N)*rows/b.Elapsed().Seconds(), "rows/s")
	_ = w.Close(b.Context())
}

var _ sinks.Sink = New()
