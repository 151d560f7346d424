package mqttd

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"
)

// mostClientID bounds client identifiers. MQTT itself allows 65,535 bytes.
const mostClientID = 1024

// greet reads CONNECT and answers it (MQTT 5.0 §3.1, §3.2). After an error the
// client has been told, and the socket is of no use.
func (c *connection) greet() error {
	head, body, err := c.next()
	if err != nil {
		return err
	}
	if head>>4 != packets.Connect {
		return packets.ErrProtocolViolationRequireFirstConnect
	}
	hello := c.packet(packets.Connect, body)
	if err := hello.ConnectDecode(bytes.Clone(body)); err != nil {
		return err
	}
	c.version = min(hello.ProtocolVersion, 5)
	if err := c.welcome(hello); err != nil {
		return c.turnAway(err)
	}
	return nil
}

// welcome checks CONNECT, logs the client in and gives it its session.
func (c *connection) welcome(hello *packets.Packet) error {
	id := hello.Connect.ClientIdentifier
	switch {
	case !speaks(hello):
		return packets.ErrUnsupportedProtocolVersion
	case hello.ReservedBit != 0, hello.Connect.WillQos > 2, !hello.Connect.WillFlag && (hello.Connect.WillRetain || hello.Connect.WillQos > 0):
		return packets.ErrMalformedFlags
	case hello.Properties.AuthenticationMethod != "":
		return packets.ErrBadAuthenticationMethod
	case len(id) > mostClientID, id == "" && c.version < 5 && !hello.Connect.Clean:
		return packets.ErrClientIdentifierNotValid
	}
	if err := c.logIn(hello); err != nil {
		return err
	}
	if err := c.takeWill(hello, id); err != nil {
		return err
	}
	c.keepAlive = time.Duration(hello.Connect.Keepalive) * time.Second
	c.largest = int(min(hello.Properties.MaximumPacketSize, math.MaxInt32))
	return c.enter(hello, id)
}

// speaks reports whether the protocol is one of ours: MQTT 3.1, 3.1.1 or 5.
func speaks(hello *packets.Packet) bool {
	switch string(hello.Connect.ProtocolName) {
	case "MQIsdp":
		return hello.ProtocolVersion == 3
	case "MQTT":
		return hello.ProtocolVersion == 4 || hello.ProtocolVersion == 5
	default:
		return false
	}
}

// logIn finds out what the client may do.
func (c *connection) logIn(hello *packets.Packet) error {
	user := string(hello.Connect.Username)
	if !hello.Connect.UsernameFlag && c.listener.Anonymous != nil {
		c.rights = c.listener.Anonymous
		return nil
	}
	c.rights = c.broker.gate.admit(user, hello.Connect.Password)
	if c.rights == nil {
		c.broker.counters.refused.Add(1)
		c.broker.log.Warn("a log-in is refused", "user", user, "remote", c.remote)
		return packets.ErrBadUsernameOrPassword
	}
	c.user = user
	return nil
}

// takeWill keeps what is to be published when the client is lost (MQTT 5.0
// §3.1.2.5), if the client may publish that itself.
func (c *connection) takeWill(hello *packets.Packet, id string) error {
	if !hello.Connect.WillFlag {
		return nil
	}
	topic := hello.Connect.WillTopic
	if CheckTopic(topic) != nil {
		return packets.ErrTopicNameInvalid
	}
	if !c.rights.mayPublish(topic, c.user, id) {
		c.broker.counters.denied.Add(1)
		return packets.ErrNotAuthorized
	}
	properties := hello.Connect.WillProperties
	c.willWait = time.Duration(properties.WillDelayInterval) * time.Second
	c.will = &message{
		topic: topic, payload: hello.Connect.WillPayload, properties: willProperties(properties),
		qos: hello.Connect.WillQos, retain: hello.Connect.WillRetain,
	}
	if properties.MessageExpiryInterval > 0 {
		c.will.expires = time.Unix(0, 0).Add(time.Duration(properties.MessageExpiryInterval) * time.Second) // see lastWords
	}
	return nil
}

// willProperties encodes what is to be passed on of a will's properties.
func willProperties(p packets.Properties) (encoded []byte) {
	if p.PayloadFormatFlag {
		encoded = append(encoded, payloadFormat, p.PayloadFormat)
	}
	for _, text := range [...]struct {
		id    byte
		value string
	}{{contentType, p.ContentType}, {responseTopic, p.ResponseTopic}, {correlationData, string(p.CorrelationData)}} {
		if text.value != "" {
			encoded = append(append(encoded, text.id, byte(len(text.value)>>8), byte(len(text.value))), text.value...)
		}
	}
	for _, user := range p.User {
		encoded = appendUser(encoded, user.Key, user.Val)
	}
	return encoded
}

// enter gives the client its session and CONNACK.
func (c *connection) enter(hello *packets.Packet, id string) error {
	assigned := ""
	if id == "" {
		assigned = "auto-" + rand.Text()
		id = assigned
	}
	expiry := c.expiryOf(hello.Properties)
	if c.version < 5 && !hello.Connect.Clean {
		expiry = c.broker.config.SessionExpiry
	}
	window := c.broker.config.Window
	if most := int(hello.Properties.ReceiveMaximum); most > 0 {
		window = min(window, most)
	}
	present, err := c.broker.attach(c, entry{id: id, clean: hello.Connect.Clean, expiry: expiry, window: window})
	if err != nil {
		return err
	}
	c.control.add(c.connack(hello.Properties, assigned, present, expiry))
	c.open.Store(true) // from here on the end of the connection is told behind it
	c.control.kick()
	return nil
}

// expiryOf is how long a session is to outlive its connection (MQTT 5.0
// §3.1.2.11.2), for MQTT 5.
func (c *connection) expiryOf(p packets.Properties) time.Duration {
	return min(time.Duration(p.SessionExpiryInterval)*time.Second, c.broker.config.SessionExpiry)
}

// connack is the answer to a client that is let in.
func (c *connection) connack(asked packets.Properties, assigned string, present bool, expiry time.Duration) []byte {
	pk := packets.Packet{
		ProtocolVersion: c.version, FixedHeader: packets.FixedHeader{Type: packets.Connack}, SessionPresent: present,
		Properties: packets.Properties{
			AssignedClientID:  assigned,
			ReceiveMaximum:    uint16(c.broker.config.ReceiveMaximum),
			MaximumPacketSize: uint32(c.broker.config.MaxPacket),
			TopicAliasMaximum: mostAliases,
		},
	}
	if granted := uint32(expiry / time.Second); granted != asked.SessionExpiryInterval {
		pk.Properties.SessionExpiryInterval, pk.Properties.SessionExpiryIntervalFlag = granted, true
	}
	var out bytes.Buffer
	if err := pk.ConnackEncode(&out); err != nil {
		return nil // the client ends the connection for want of an answer
	}
	return out.Bytes()
}

// turnAway tells the client why it is not let in, and returns that.
func (c *connection) turnAway(cause error) error {
	code, ok := errors.AsType[packets.Code](cause)
	if !ok {
		code = packets.ErrUnspecifiedError
	}
	pk := packets.Packet{
		ProtocolVersion: c.version, FixedHeader: packets.FixedHeader{Type: packets.Connack},
		ReasonCode: code.Code, Properties: packets.Properties{ReasonString: code.Reason},
	}
	if c.version < 5 {
		pk.ReasonCode = returnCode(code)
	}
	var out bytes.Buffer
	if err := pk.ConnackEncode(&out); err != nil {
		return fmt.Errorf("%w (and it could not be told: %w)", cause, err)
	}
	_ = c.socket.SetWriteDeadline(time.Now().Add(goodbye))
	_, _ = c.socket.Write(out.Bytes()) // it is turned away, whether it hears that or not
	return cause
}

// returnCode is the code of MQTT 3.1.1 (§3.2.2.3) for a reason.
func returnCode(code packets.Code) byte {
	switch code.Code {
	case packets.ErrUnsupportedProtocolVersion.Code, packets.ErrProtocolViolation.Code:
		return 1
	case packets.ErrClientIdentifierNotValid.Code:
		return 2
	case packets.ErrBadUsernameOrPassword.Code:
		return 4
	case packets.ErrNotAuthorized.Code, packets.ErrBadAuthenticationMethod.Code:
		return 5
	default:
		return 3
	}
}
