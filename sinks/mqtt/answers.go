package mqtt

import (
	"bufio"
	"fmt"

	"github.com/eclipse/paho.golang/packets"

	"github.com/holdfast-edge/holdfast/broker/mqttdial"
)

// listen reads answers until the connection ends.
func (w *writer) listen(in *bufio.Reader) {
	for {
		packet, err := readPacket(in)
		if err != nil {
			w.lose(fmt.Errorf("read: %w", err))
			return
		}
		w.pulse.heard.Store(true)
		if err := w.answer(packet); err != nil {
			w.lose(err)
			return
		}
	}
}

// answer acts on one packet; its error ends the connection.
func (w *writer) answer(packet *packets.ControlPacket) error {
	switch p := packet.Content.(type) {
	case *packets.Puback:
		w.window.settle(p.PacketID, messageRefused(p.ReasonCode, p.Properties.ReasonString))
	case *packets.Pubrec:
		return w.received(p)
	case *packets.Pubcomp:
		w.window.settle(p.PacketID, messageRefused(p.ReasonCode, p.Properties.ReasonString))
	case *packets.Pingresp:
	case *packets.Disconnect:
		return fmt.Errorf("the broker ended the connection: %s", mqttdial.ReasonOf(p.ReasonCode).Refusal(p.ReasonCode, p.Properties.ReasonString))
	default:
		return fmt.Errorf("the far end sent %s, which is not for a publisher", packet.PacketType())
	}
	return nil
}

// received goes on with a QoS 2 message: PUBREC is answered with PUBREL, for an
// unknown one too (MQTT 5.0 §4.3.3), of which only MQTT 5 can say so.
func (w *writer) received(p *packets.Pubrec) error {
	if p.ReasonCode >= mqttdial.Refused {
		w.window.settle(p.PacketID, messageRefused(p.ReasonCode, p.Properties.ReasonString))
		return nil
	}
	high, low := byte(p.PacketID>>8), byte(p.PacketID)
	if w.options.Version != version311 && !w.window.isOut(p.PacketID) {
		return w.out.send(0x62, 3, high, low, 0x92) // packet identifier not found
	}
	return w.out.send(0x62, 2, high, low)
}
