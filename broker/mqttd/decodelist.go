package mqttd

import (
	"encoding/binary"
	"strings"

	"github.com/mochi-mqtt/server/v2/packets"
)

// wish is one filter of a SUBSCRIBE or UNSUBSCRIBE.
type wish struct {
	filter            string
	qos               byte
	noLocal           bool
	retainAsPublished bool
	retainHandling    byte
}

// wishes is a SUBSCRIBE or UNSUBSCRIBE packet.
type wishes struct {
	id           uint16
	subscription int // identifier for all of them; 0: none
	filters      []wish
}

// decodeSubscribe reads SUBSCRIBE (MQTT 5.0 §3.8).
func decodeSubscribe(body []byte, version byte) (w wishes, err error) {
	if body, err = w.decodeHead(body, version); err != nil {
		return w, err
	}
	for len(body) > 0 {
		filter, rest, err := cutString(body)
		if err != nil {
			return w, err
		}
		if len(rest) == 0 {
			return w, packets.ErrMalformedQos
		}
		one := wish{
			filter: string(filter), qos: rest[0] & 3, noLocal: rest[0]&4 != 0,
			retainAsPublished: rest[0]&8 != 0, retainHandling: rest[0] >> 4 & 3,
		}
		reserved := rest[0] & 0xC0
		if version < 5 {
			reserved = rest[0] & 0xFC
		}
		if one.qos == 3 || one.retainHandling == 3 || reserved != 0 {
			return w, packets.ErrMalformedFlags
		}
		if one.noLocal && strings.HasPrefix(one.filter, sharePrefix) {
			return w, packets.ErrProtocolViolationInvalidSharedNoLocal // MQTT 5.0 §3.8.3.1
		}
		w.filters = append(w.filters, one)
		body = rest[1:]
	}
	err = w.check()
	return w, err
}

// decodeUnsubscribe reads UNSUBSCRIBE (MQTT 5.0 §3.10).
func decodeUnsubscribe(body []byte, version byte) (w wishes, err error) {
	if body, err = w.decodeHead(body, version); err != nil {
		return w, err
	}
	for len(body) > 0 {
		var filter []byte
		if filter, body, err = cutString(body); err != nil {
			return w, err
		}
		w.filters = append(w.filters, wish{filter: string(filter)})
	}
	err = w.check()
	return w, err
}

func (w *wishes) check() error {
	switch {
	case w.id == 0:
		return packets.ErrProtocolViolationNoPacketID
	case len(w.filters) == 0:
		return packets.ErrProtocolViolationNoFilters
	default:
		return nil
	}
}

// decodeHead reads packet identifier and properties.
func (w *wishes) decodeHead(body []byte, version byte) (rest []byte, err error) {
	if len(body) < 2 {
		return nil, packets.ErrMalformedPacketID
	}
	w.id, body = binary.BigEndian.Uint16(body), body[2:]
	if version < 5 {
		return body, nil
	}
	length, size := binaryInt(body)
	if size == 0 || length > len(body)-size {
		return nil, errProperties
	}
	properties, rest := body[size:size+length], body[size+length:]
	for len(properties) > 0 {
		if properties, err = w.decodeProperty(properties); err != nil {
			return nil, err
		}
	}
	return rest, nil
}

// decodeProperty reads a Subscription Identifier or a User Property, which are
// all that there may be (MQTT 5.0 §3.8.2.1).
func (w *wishes) decodeProperty(in []byte) (rest []byte, err error) {
	id, in := in[0], in[1:]
	switch id {
	case subscriptionID:
		n, size := binaryInt(in)
		if size == 0 || n == 0 || w.subscription != 0 {
			return nil, packets.ErrProtocolViolationOversizeSubID
		}
		w.subscription = n
		return in[size:], nil
	case userProperty:
		for range 2 {
			if _, in, err = cutString(in); err != nil {
				return nil, err
			}
		}
		return in, nil
	default:
		return nil, packets.ErrProtocolViolationUnsupportedProperty
	}
}
