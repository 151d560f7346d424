package mqttd_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"github.com/eclipse/paho.golang/packets"

	"github.com/holdfast-edge/holdfast/broker/mosquittotest"
	"github.com/holdfast-edge/holdfast/broker/mqttd"
)

// client is an MQTT 5 client of which the test says every packet.
type client struct {
	net.Conn
	in *bufio.Reader
}

// hello changes a CONNECT before it is sent.
type hello func(*packets.Connect)

func cleanStart(c *packets.Connect) { c.CleanStart = true }

func expiry(seconds uint32) hello {
	return func(c *packets.Connect) { c.Properties.SessionExpiryInterval = &seconds }
}

func receiveMaximum(n uint16) hello {
	return func(c *packets.Connect) { c.Properties.ReceiveMaximum = &n }
}

func as(user, password string) hello {
	return func(c *packets.Connect) { c.Username, c.Password = user, []byte(password) }
}

func will(topic, payload string, delay uint32) hello {
	return func(c *packets.Connect) {
		c.WillFlag, c.WillTopic, c.WillMessage, c.WillQOS = true, topic, []byte(payload), 1
		c.WillProperties = &packets.Properties{WillDelayInterval: &delay}
	}
}

// knock connects and returns what the broker answers.
func knock(t testing.TB, port, id string, how ...hello) (*client, *packets.Connack) {
	t.Helper()
	conn, err := net.Dial("tcp", "127.0.0.1:"+port)
	if err != nil {
		t.Fatal(err)
	}
	c := over(t, conn)
	c.send(t, connect(id, how...))
	return c, c.expect(t, packets.CONNACK).Content.(*packets.Connack)
}

// connect makes a CONNECT.
func connect(id string, how ...hello) *packets.ControlPacket {
	packet := packets.NewControlPacket(packets.CONNECT)
	content := packet.Content.(*packets.Connect)
	content.ClientID = id
	content.Username, content.Password = mosquittotest.User, []byte(mosquittotest.Password)
	for _, change := range how {
		change(content)
	}
	content.UsernameFlag, content.PasswordFlag = content.Username != "", content.Username != ""
	return packet
}

// dial connects and wants to be let in.
func dial(t testing.TB, port, id string, how ...hello) *client {
	t.Helper()
	c, reply := knock(t, port, id, how...)
	if reply.ReasonCode != 0 {
		t.Fatalf("not let in: 0x%02X %s", reply.ReasonCode, reply.Properties.ReasonString)
	}
	return c
}

func (c *client) send(t testing.TB, p io.WriterTo) {
	t.Helper()
	if _, err := p.WriteTo(c.Conn); err != nil {
		t.Fatal(err)
	}
}

func (c *client) next(t testing.TB) *packets.ControlPacket {
	t.Helper()
	p, err := packets.ReadPacket(c.in)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (c *client) expect(t testing.TB, kind byte) *packets.ControlPacket {
	t.Helper()
	p := c.next(t)
	if p.Type != kind {
		t.Fatalf("got %v, want packet type %d", p, kind)
	}
	return p
}

// subscribe subscribes and returns the reason code.
func (c *client) subscribe(t testing.TB, o packets.SubOptions, id ...int) byte {
	t.Helper()
	p := packets.NewControlPacket(packets.SUBSCRIBE)
	content := p.Content.(*packets.Subscribe)
	content.PacketID, content.Subscriptions = 65535, []packets.SubOptions{o}
	if len(id) > 0 {
		content.Properties.SubscriptionIdentifier = &id[0]
	}
	c.send(t, p)
	return c.expect(t, packets.SUBACK).Content.(*packets.Suback).Reasons[0]
}

func (c *client) publish(t testing.TB, p packets.Publish) {
	t.Helper()
	if p.Properties == nil {
		p.Properties = &packets.Properties{}
	}
	c.send(t, &p)
}

// message waits for a PUBLISH and acknowledges it.
func (c *client) message(t testing.TB) *packets.Publish {
	t.Helper()
	m := c.expect(t, packets.PUBLISH).Content.(*packets.Publish)
	if m.QoS == 1 {
		c.ack(t, m.PacketID)
	}
	return m
}

func (c *client) ack(t testing.TB, id uint16) {
	t.Helper()
	if _, err := c.Write([]byte{0x40, 2, byte(id >> 8), byte(id)}); err != nil {
		t.Fatal(err)
	}
}

// puback waits for PUBACK and returns its reason code.
func (c *client) puback(t testing.TB) byte {
	t.Helper()
	return c.expect(t, packets.PUBACK).Content.(*packets.Puback).ReasonCode
}

// sync waits until the broker has acted on everything sent before, and wants no
// other packet to come before its answer.
func (c *client) sync(t testing.TB) {
	t.Helper()
	c.send(t, packets.NewControlPacket(packets.PINGREQ))
	c.expect(t, packets.PINGRESP)
}

// ended waits until the broker has ended the connection, and returns the reason
// code that it gave, 0 for none.
func (c *client) ended(t testing.TB) (reason byte) {
	t.Helper()
	for {
		p, err := packets.ReadPacket(c.in)
		if err != nil {
			return reason
		}
		if p.Type == packets.DISCONNECT {
			reason = p.Content.(*packets.Disconnect).ReasonCode
		}
	}
}

// CloseWrite says that nothing more comes, and goes on reading.
func (c *client) CloseWrite(t testing.TB) error {
	t.Helper()
	return c.Conn.(*net.TCPConn).CloseWrite()
}

// raw is a connection that has said nothing yet.
func raw(t testing.TB, b *mqttd.Broker) *client {
	t.Helper()
	conn, err := net.Dial("tcp", b.Addresses()[0].String())
	if err != nil {
		t.Fatal(err)
	}
	return over(t, conn)
}

// over is a client over a socket; it is closed when the test ends.
func over(t testing.TB, socket net.Conn) *client {
	t.Helper()
	t.Cleanup(func() { socket.Close() })
	_ = socket.SetDeadline(time.Now().Add(2 * patience))
	return &client{Conn: socket, in: bufio.NewReaderSize(socket, 64<<10)}
}

// publishOf is a QoS 1 message with a number.
func publishOf(topic string, n int) packets.Publish {
	return packets.Publish{Topic: topic, QoS: 1, PacketID: uint16(n%60000) + 1, Payload: []byte(fmt.Sprint(n))}
}
