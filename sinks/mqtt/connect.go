package mqtt

import (
	"encoding/binary"
	"time"
)

// The versions of MQTT, as the configuration names them.
const (
	version5   = "5"
	version311 = "3.1.1"
)

// level is the protocol level of the version (MQTT 3.1.1 §3.1.2.2, MQTT 5.0
// §3.1.2.2).
func (o *Options) level() byte {
	if o.Version == version311 {
		return 4
	}
	return 5
}

// Flags of CONNECT (MQTT 5.0 §3.1.2.3).
const (
	flagUsername   = 0x80
	flagPassword   = 0x40
	flagCleanStart = 0x02
)

// maximumPacketSize is the identifier of that property (MQTT 5.0 §2.2.2.2).
const maximumPacketSize = 0x27

// appendConnect appends CONNECT (MQTT 5.0 §3.1): a clean start and no session
// after the connection, since the log is what remembers. In MQTT 3.1.1 it is the
// same without properties.
func appendConnect(dst []byte, o *Options, clientID, password string) []byte {
	flags := byte(flagCleanStart)
	if o.Username != "" {
		flags |= flagUsername
	}
	if !o.Password.IsZero() {
		flags |= flagPassword
	}
	body := append(appendText(nil, "MQTT"), o.level(), flags)
	body = binary.BigEndian.AppendUint16(body, uint16(o.KeepAlive/time.Second))
	if o.Version != version311 {
		body = binary.BigEndian.AppendUint32(append(body, 5, maximumPacketSize), incomingMax)
	}
	body = appendText(body, clientID)
	if flags&flagUsername != 0 {
		body = appendText(body, o.Username)
	}
	if flags&flagPassword != 0 {
		body = appendText(body, password)
	}
	return append(appendInt(append(dst, 0x10), len(body)), body...)
}

// appendText appends a string with its length (MQTT 5.0 §1.5.4).
func appendText(dst []byte, text string) []byte {
	return append(binary.BigEndian.AppendUint16(dst, uint16(len(text))), text...)
}
