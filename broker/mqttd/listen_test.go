package mqttd_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/eclipse/paho.golang/packets"

	"github.com/holdfast-edge/holdfast/broker/mqttd"
	"github.com/holdfast-edge/holdfast/internal/ports"
)

// certificate makes one for 127.0.0.1 that signs itself.
func certificate(t *testing.T) (server, client *tls.Config) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	trusted := x509.NewCertPool()
	trusted.AddCert(parsed)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, &tls.Config{RootCAs: trusted}
}

// talk connects over a socket and has one message come back.
func talk(t *testing.T, b *mqttd.Broker, socket net.Conn) {
	t.Helper()
	c := over(t, socket)
	c.send(t, connect("c", cleanStart))
	c.expect(t, packets.CONNACK)
	c.subscribe(t, packets.SubOptions{Topic: "t", QoS: 1})
	_ = b.Publish(mqttd.Message{Topic: "t", QoS: 1, Payload: []byte("x")})
	if m := c.message(t); string(m.Payload) != "x" {
		t.Errorf("got %s", m.Payload)
	}
	c.send(t, packets.NewControlPacket(packets.DISCONNECT))
	eventually(t, "gone", func() bool { return b.Stats().Clients == 0 })
}

func TestClientsComeOverTLS(t *testing.T) {
	server, trusted := certificate(t)
	b := start(t, func(c *mqttd.Config) { c.Listeners[0].TLS = server })
	socket, err := tls.Dial("tcp", b.Addresses()[0].String(), trusted)
	if err != nil {
		t.Fatal(err)
	}
	talk(t, b, socket)
}

func TestClientsComeOverWebSocketsPlainAndSecure(t *testing.T) {
	server, trusted := certificate(t)
	for scheme, certificates := range map[string]*tls.Config{"ws": nil, "wss": server} {
		t.Run(scheme, func(t *testing.T) {
			b := start(t, func(c *mqttd.Config) { c.Listeners[0].WebSocket, c.Listeners[0].TLS = true, certificates })
			transport := &http.Transport{TLSClientConfig: trusted}
			defer transport.CloseIdleConnections()
			how := &websocket.DialOptions{Subprotocols: []string{"mqtt"}, HTTPClient: &http.Client{Transport: transport}}
			conn, _, err := websocket.Dial(t.Context(), scheme+"://"+b.Addresses()[0].String(), how) //nolint:bodyclose // it has none
			if err != nil {
				t.Fatal(err)
			}
			if conn.Subprotocol() != "mqtt" {
				t.Errorf("subprotocol %q", conn.Subprotocol())
			}
			talk(t, b, websocket.NetConn(context.Background(), conn, websocket.MessageBinary))
		})
	}
}

func TestAPageOfAnotherSiteIsNotLetIn(t *testing.T) {
	b := start(t, func(c *mqttd.Config) { c.Listeners[0].WebSocket = true })
	how := &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {"https://elsewhere.example"}}}
	_, reply, err := websocket.Dial(t.Context(), "ws://"+b.Addresses()[0].String(), how) //nolint:bodyclose // it was read
	if err == nil || reply == nil || reply.StatusCode != http.StatusForbidden {
		t.Errorf("got %v, %v", reply, err)
	}
}

func TestAnAddressThatIsTakenIsAnErrorThatNamesIt(t *testing.T) {
	taken := start(t).Addresses()[0].String()
	if _, err := mqttd.Start(mqttd.Config{Listeners: []mqttd.Listener{{Address: taken}}}); err == nil {
		t.Error("started twice")
	} else {
		t.Log(err)
	}
}

func TestAnAddressThatIsTakenKeepsNoOtherOneDownAndIsServedWhenItIsFree(t *testing.T) {
	taken, err := net.Listen("tcp", ports.Free(t).Address())
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	at := taken.Addr().String()
	b := start(t, func(c *mqttd.Config) {
		c.Listeners = append([]mqttd.Listener{{Address: at, Anonymous: c.Listeners[0].Anonymous}}, c.Listeners...)
	})
	dial(t, port(b), "c", cleanStart).sync(t)
	if why := b.Closed(); len(why) != 1 || !strings.Contains(why[0].Error(), at) || len(b.Addresses()) != 1 {
		t.Errorf("it listens at %v, and not elsewhere: %v", b.Addresses(), why)
	}
	if err := taken.Close(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the other address", func() bool { return len(b.Addresses()) == 2 })
	if got := b.Addresses()[0].String(); got != at || len(b.Closed()) != 0 {
		t.Errorf("it listens at %s, %v", got, b.Closed())
	}
	dial(t, port(b), "d", cleanStart).sync(t)
}

func TestABrokerWithoutListenersServesTheNode(t *testing.T) {
	b := start(t, func(c *mqttd.Config) { c.Listeners = nil })
	var got gathered
	tap(t, b, "t", got.take)
	_ = b.Publish(mqttd.Message{Topic: "t"})
	eventually(t, "it", func() bool { return len(got.get()) == 1 })
}

func TestThereIsABoundOfClients(t *testing.T) {
	b := start(t, func(c *mqttd.Config) { c.MaxClients = 2 })
	one, two := dial(t, port(b), "1", cleanStart), dial(t, port(b), "2", cleanStart)
	if _, reply := knock(t, port(b), "3", cleanStart); reply.ReasonCode != 0x89 {
		t.Errorf("the third: 0x%02X", reply.ReasonCode)
	}
	one.sync(t)
	two.sync(t)
}
