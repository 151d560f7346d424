package wire

import "encoding/binary"

// AppendRead appends a request for count bits or registers from address (AP §6.1–6.4).
func AppendRead(dst []byte, f Function, address, count uint16) []byte {
	return appendWords(append(dst, byte(f)), address, count)
}

// AppendWriteCoil appends a request that sets one coil (AP §6.5).
func AppendWriteCoil(dst []byte, address uint16, on bool) []byte {
	var value uint16
	if on {
		value = 0xFF00
	}
	return appendWords(append(dst, byte(WriteCoil)), address, value)
}

// AppendWriteRegister appends a request that sets one holding register (AP §6.6).
func AppendWriteRegister(dst []byte, address, value uint16) []byte {
	return appendWords(append(dst, byte(WriteRegister)), address, value)
}

// AppendWriteCoils appends a request that sets count coils from packed bits, the first in the lowest bit of the first
// byte (AP §6.11). It needs (count+7)/8 bytes.
func AppendWriteCoils(dst []byte, address, count uint16, bits []byte) []byte {
	dst = appendWords(append(dst, byte(WriteCoils)), address, count)
	return append(append(dst, byte(len(bits))), bits...)
}

// AppendWriteRegisters appends a request that sets len(data)/2 holding registers, high byte first (AP §6.12).
func AppendWriteRegisters(dst []byte, address uint16, data []byte) []byte {
	dst = appendWords(append(dst, byte(WriteRegisters)), address, uint16(len(data)/2))
	return append(append(dst, byte(len(data))), data...)
}

// AppendMaskWrite appends a request that sets a holding register to (present AND and) OR (or AND NOT and) (AP §6.16).
func AppendMaskWrite(dst []byte, address, and, or uint16) []byte {
	return appendWords(append(dst, byte(MaskWrite)), address, and, or)
}

func appendWords(dst []byte, words ...uint16) []byte {
	for _, w := range words {
		dst = binary.BigEndian.AppendUint16(dst, w)
	}
	return dst
}

// FunctionOf returns the function of a request; 0 for an empty one.
func FunctionOf(request []byte) Function {
	if len(request) == 0 {
		return 0
	}
	return Function(request[0])
}
