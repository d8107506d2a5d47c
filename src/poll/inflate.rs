//! Takes the content coding off a body while it arrives, under a cap on what comes out.
//!
//! Ours and not the client's, because the client's reader stops silently after the first of several gzip members.
//! Decoders push into a writer that fails at the cap, so a bomb costs what fits under it and no more.

use std::io::{self, Write};

use flate2::write::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

/// Decoded bytes a byte on the wire may become: real feeds stay below 30.
const RATIO_MAX: u64 = 200;

/// Below this many decoded bytes the ratio is not looked at: small repetitive feeds are legitimate.
const RATIO_FREE_BYTES: u64 = 1 << 20;

/// Largest zstd window, as RFC 8878 recommends for HTTP (8 MiB); the format would allow gigabytes.
const ZSTD_WINDOW_LOG_MAX: u32 = 23;

/// From this size on a body has a buffer of its final size, which nobody copies again.
const LARGE: usize = 1 << 20;

/// That size: beyond the 32 MB up to which glibc keeps what is freed in its heap, in pieces, instead of giving it
/// back. Only what is written takes memory.
const LARGE_BUFFER: usize = 33 << 20;

/// Compressed bytes given to a decoder at a time, so that the ratio is looked at often.
const BITE: usize = 4096;

/// Buffer between the brotli decoder and the body.
const BROTLI_BUFFER: usize = 16 * 1024;

/// Why a body could not be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// More than the cap, on the wire or decoded.
    #[error("body over {0} bytes")]
    TooLarge(u64),
    /// A bomb.
    #[error("body inflates more than {RATIO_MAX} times")]
    Ratio,
    /// A coding that we did not offer, or several.
    #[error("content coding {0:?} is not read")]
    Coding(String),
    /// Not what its coding says.
    #[error("body is broken {0}")]
    Broken(&'static str),
    /// It ended before its coding did.
    #[error("body was cut inside its {0}")]
    Cut(&'static str),
}

/// A content coding that we read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    Identity,
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

impl Coding {
    /// What we offer.
    pub(super) const ACCEPTED: &'static str = "gzip, br, zstd, deflate";

    /// Reads all `Content-Encoding` fields of an answer: one coding at most.
    pub(super) fn parse(fields: &[String]) -> Result<Self, BodyError> {
        let all = fields.join(",");
        let mut codings = all
            .split(',')
            .map(|word| word.trim().to_ascii_lowercase())
            .filter(|word| !word.is_empty() && word != "identity");
        let (first, more) = (codings.next(), codings.next());
        match (first.as_deref(), more) {
            (None, _) => Ok(Self::Identity),
            (Some("gzip" | "x-gzip"), None) => Ok(Self::Gzip),
            (Some("deflate"), None) => Ok(Self::Deflate),
            (Some("br"), None) => Ok(Self::Brotli),
            (Some("zstd"), None) => Ok(Self::Zstd),
            _ => Err(BodyError::Coding(all.chars().take(60).collect())),
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Identity => "text",
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Brotli => "brotli",
            Self::Zstd => "zstd",
        }
    }
}

/// A body at hand without its content coding, under the same caps as one that arrives.
pub fn decoded(codings: &[String], body: &[u8], bytes_max: u64) -> Result<Vec<u8>, BodyError> {
    let mut inflate = Inflate::new(Coding::parse(codings)?, bytes_max)?;
    inflate.push(body)?;
    inflate.finish()
}

/// The decoded bytes, up to the cap.
struct Sink {
    body: Vec<u8>,
    cap: u64,
    is_full: bool,
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if (self.body.len() + bytes.len()) as u64 > self.cap {
            self.is_full = true;
            return Err(io::Error::other("cap"));
        }
        if self.body.len() >= LARGE && self.body.capacity() < LARGE_BUFFER {
            self.body.reserve_exact(LARGE_BUFFER - self.body.len());
        }
        self.body.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

enum Decoder {
    Plain(Sink),
    Gzip(Box<MultiGzDecoder<Sink>>),
    /// "deflate" means zlib by the standard and raw deflate by some servers: the first byte tells.
    Undecided(Sink),
    Zlib(Box<ZlibDecoder<Sink>>),
    Deflate(Box<DeflateDecoder<Sink>>),
    Brotli(Box<brotli::DecompressorWriter<Sink>>),
    Zstd(Box<zstd::stream::zio::Writer<Sink, zstd::stream::raw::Decoder<'static>>>),
}

/// A body on its way in.
pub(super) struct Inflate {
    coding: Coding,
    decoder: Decoder,
    wire: u64,
    wire_max: u64,
    /// The last gzip member is behind us; what follows is no member.
    is_padding: bool,
}

impl Inflate {
    /// At most `wire_max` bytes come in, and twice as many out where a coding is taken off.
    pub(super) fn new(coding: Coding, wire_max: u64) -> Result<Self, BodyError> {
        let cap = if coding == Coding::Identity { wire_max } else { wire_max.saturating_mul(2) };
        let sink = Sink { body: Vec::new(), cap, is_full: false };
        let decoder = match coding {
            Coding::Identity => Decoder::Plain(sink),
            Coding::Gzip => Decoder::Gzip(Box::new(MultiGzDecoder::new(sink))),
            Coding::Deflate => Decoder::Undecided(sink),
            Coding::Brotli => {
                Decoder::Brotli(Box::new(brotli::DecompressorWriter::new(sink, BROTLI_BUFFER)))
            }
            Coding::Zstd => {
                let mut raw = zstd::stream::raw::Decoder::new()
                    .map_err(|_| BodyError::Broken(coding.word()))?;
                raw.set_parameter(zstd::zstd_safe::DParameter::WindowLogMax(ZSTD_WINDOW_LOG_MAX))
                    .map_err(|_| BodyError::Broken(coding.word()))?;
                Decoder::Zstd(Box::new(zstd::stream::zio::Writer::new(sink, raw)))
            }
        };
        Ok(Self { coding, decoder, wire: 0, wire_max, is_padding: false })
    }

    /// Bytes taken from the wire so far.
    pub(super) fn wire(&self) -> u64 {
        self.wire
    }

    /// Bytes of the body so far.
    pub(super) fn decoded(&self) -> usize {
        self.sink().body.len()
    }

    /// Takes the next bytes.
    pub(super) fn push(&mut self, chunk: &[u8]) -> Result<(), BodyError> {
        for bite in chunk.chunks(BITE) {
            self.wire += bite.len() as u64;
            if self.wire > self.wire_max {
                return Err(BodyError::TooLarge(self.wire_max));
            }
            self.settle(bite);
            if self.is_padding {
                continue;
            }
            if self.write(bite).is_err() {
                self.is_padding = self.is_between_members();
                if !self.is_padding {
                    return Err(self.broken());
                }
            }
            let decoded = self.decoded() as u64;
            if decoded > RATIO_FREE_BYTES && decoded > self.wire.saturating_mul(RATIO_MAX) {
                return Err(BodyError::Ratio);
            }
        }
        Ok(())
    }

    /// The whole body, once the wire has said that it is whole.
    pub(super) fn finish(mut self) -> Result<Vec<u8>, BodyError> {
        let cut = BodyError::Cut(self.coding.word());
        if self.wire == 0 {
            // A coding around nothing at all is how some servers send an empty body.
            return Ok(Vec::new());
        }
        if self.is_padding {
            return Ok(std::mem::take(&mut self.sink_mut().body));
        }
        let done = match &mut self.decoder {
            Decoder::Plain(_) | Decoder::Undecided(_) => Ok(()),
            Decoder::Gzip(gzip) => gzip.try_finish(),
            Decoder::Zlib(zlib) => zlib.try_finish(),
            Decoder::Deflate(deflate) => deflate.try_finish(),
            Decoder::Brotli(brotli) => brotli.close(),
            Decoder::Zstd(zstd) => zstd.finish().and_then(|()| zstd.flush()),
        };
        match done {
            Ok(()) => Ok(std::mem::take(&mut self.sink_mut().body)),
            Err(_) if self.sink().is_full => Err(self.broken()),
            Err(_) if self.is_between_members() => Ok(std::mem::take(&mut self.sink_mut().body)),
            Err(_) => Err(cut),
        }
    }

    /// Whether a gzip body has whole members behind it and no further one begun. Padding is common there, and every
    /// whole member was checked by its own sum.
    fn is_between_members(&self) -> bool {
        let Decoder::Gzip(gzip) = &self.decoder else { return false };
        gzip.header().is_none() && !gzip.get_ref().is_full && !gzip.get_ref().body.is_empty()
    }

    /// Decides between zlib and raw deflate by the method nibble of the first byte.
    fn settle(&mut self, bite: &[u8]) {
        let (Decoder::Undecided(sink), Some(&first)) = (&mut self.decoder, bite.first()) else {
            return;
        };
        let sink = Sink { body: Vec::new(), ..*sink };
        self.decoder = if first & 0x0f == 8 {
            Decoder::Zlib(Box::new(ZlibDecoder::new(sink)))
        } else {
            Decoder::Deflate(Box::new(DeflateDecoder::new(sink)))
        };
    }

    fn write(&mut self, bite: &[u8]) -> io::Result<()> {
        match &mut self.decoder {
            Decoder::Plain(sink) | Decoder::Undecided(sink) => sink.write_all(bite),
            Decoder::Gzip(gzip) => gzip.write_all(bite),
            Decoder::Zlib(zlib) => zlib.write_all(bite),
            Decoder::Deflate(deflate) => deflate.write_all(bite),
            Decoder::Brotli(brotli) => brotli.write_all(bite),
            Decoder::Zstd(zstd) => zstd.write_all(bite),
        }
    }

    fn broken(&self) -> BodyError {
        let sink = self.sink();
        if sink.is_full {
            BodyError::TooLarge(sink.cap)
        } else {
            BodyError::Broken(self.coding.word())
        }
    }

    fn sink(&self) -> &Sink {
        match &self.decoder {
            Decoder::Plain(sink) | Decoder::Undecided(sink) => sink,
            Decoder::Gzip(gzip) => gzip.get_ref(),
            Decoder::Zlib(zlib) => zlib.get_ref(),
            Decoder::Deflate(deflate) => deflate.get_ref(),
            Decoder::Brotli(brotli) => brotli.get_ref(),
            Decoder::Zstd(zstd) => zstd.writer(),
        }
    }

    fn sink_mut(&mut self) -> &mut Sink {
        match &mut self.decoder {
            Decoder::Plain(sink) | Decoder::Undecided(sink) => sink,
            Decoder::Gzip(gzip) => gzip.get_mut(),
            Decoder::Zlib(zlib) => zlib.get_mut(),
            Decoder::Deflate(deflate) => deflate.get_mut(),
            Decoder::Brotli(brotli) => brotli.get_mut(),
            Decoder::Zstd(zstd) => zstd.writer_mut(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEGA: u64 = 1_000_000;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn zlib(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn deflate(text: &[u8]) -> Vec<u8> {
        let mut encoder =
            flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn brotli(text: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        brotli::CompressorWriter::new(&mut out, 4096, 5, 22).write_all(text).unwrap();
        out
    }

    fn zstd(text: &[u8]) -> Vec<u8> {
        zstd::encode_all(text, 3).unwrap()
    }

    /// Inflates `wire` given in pieces of `size`.
    fn inflate(coding: Coding, wire: &[u8], size: usize, max: u64) -> Result<Vec<u8>, BodyError> {
        let mut inflate = Inflate::new(coding, max)?;
        for piece in wire.chunks(size) {
            inflate.push(piece)?;
        }
        inflate.finish()
    }

    fn text() -> Vec<u8> {
        (0..2000).flat_map(|n| format!("line {n} of a feed\n").into_bytes()).collect()
    }

    #[test]
    fn every_coding_gives_back_the_text_however_it_is_cut_into_pieces() {
        let text = text();
        let coded = [
            (Coding::Identity, text.clone()),
            (Coding::Gzip, gzip(&text)),
            (Coding::Deflate, zlib(&text)),
            (Coding::Deflate, deflate(&text)),
            (Coding::Brotli, brotli(&text)),
            (Coding::Zstd, zstd(&text)),
        ];
        for (coding, wire) in coded {
            for size in [1, 7, 1000, usize::MAX] {
                assert!(inflate(coding, &wire, size, MEGA).as_ref() == Ok(&text), "{coding:?}");
            }
        }
    }

    #[test]
    fn all_members_of_a_gzip_and_all_frames_of_a_zstd_are_read() {
        let many =
            |code: fn(&[u8]) -> Vec<u8>| [code(b"one "), code(b"two "), code(b"three")].concat();
        for size in [1, 5, 1000] {
            let gzip = inflate(Coding::Gzip, &many(gzip), size, MEGA);
            assert_eq!(gzip.as_deref(), Ok(&b"one two three"[..]));
            let zstd = inflate(Coding::Zstd, &many(zstd), size, MEGA);
            assert_eq!(zstd.as_deref(), Ok(&b"one two three"[..]));
        }
    }

    #[test]
    fn padding_after_the_last_gzip_member_is_no_harm() {
        for padding in
            [&b"\0"[..], &[0; 600], b"\n", b"trailing junk of a proxy, longer than a header"]
        {
            let wire = [&gzip(b"one "), &gzip(b"two")[..], padding].concat();
            for size in [1, 5, 1000] {
                let whole = inflate(Coding::Gzip, &wire, size, MEGA);
                assert_eq!(whole.as_deref(), Ok(&b"one two"[..]), "{padding:?} by {size}");
            }
        }
    }

    #[test]
    fn a_cut_body_is_never_taken_for_a_whole_one() {
        let text = text();
        let coded = [
            (Coding::Gzip, gzip(&text)),
            (Coding::Deflate, zlib(&text)),
            (Coding::Deflate, deflate(&text)),
            (Coding::Brotli, brotli(&text)),
            (Coding::Zstd, zstd(&text)),
        ];
        for (coding, wire) in coded {
            for keep in [1, 9, wire.len() / 2, wire.len() - 1] {
                let cut = inflate(coding, &wire[..keep], 100, MEGA);
                assert!(cut.is_err(), "{coding:?} cut at {keep}: {:?}", cut.map(|b| b.len()));
            }
        }
    }

    #[test]
    fn bombs_stop_at_the_ratio_and_large_bodies_at_the_cap() {
        let zeros = vec![0_u8; 8_000_000];
        for (coding, wire) in [
            (Coding::Gzip, gzip(&zeros)),
            (Coding::Deflate, zlib(&zeros)),
            (Coding::Brotli, brotli(&zeros)),
            (Coding::Zstd, zstd(&zeros)),
        ] {
            let bomb = inflate(coding, &wire, 1 << 20, 10 * MEGA);
            assert_eq!(bomb, Err(BodyError::Ratio), "{coding:?}");
        }
        let text = text();
        assert_eq!(inflate(Coding::Identity, &text, 100, 1000), Err(BodyError::TooLarge(1000)));
        let wire = gzip(&text);
        let max = wire.len() as u64;
        assert!(text.len() as u64 > 2 * max);
        assert_eq!(inflate(Coding::Gzip, &wire, 100, max), Err(BodyError::TooLarge(2 * max)));
    }

    #[test]
    fn one_coding_is_read_and_two_are_not() {
        let parse = |fields: &[&str]| {
            Coding::parse(&fields.iter().map(ToString::to_string).collect::<Vec<_>>())
        };
        assert_eq!(parse(&[]), Ok(Coding::Identity));
        assert_eq!(parse(&["identity"]), Ok(Coding::Identity));
        assert_eq!(parse(&[" GZip "]), Ok(Coding::Gzip));
        assert_eq!(parse(&["br"]), Ok(Coding::Brotli));
        assert!(parse(&["gzip, gzip"]).is_err() && parse(&["gzip", "br"]).is_err());
        assert!(parse(&["compress"]).is_err());
    }

    #[test]
    fn bytes_that_are_not_their_coding_are_broken_without_a_panic() {
        for coding in [Coding::Gzip, Coding::Deflate, Coding::Brotli, Coding::Zstd] {
            for seed in 0..64_u8 {
                let noise: Vec<u8> = (0..300_u32)
                    .map(|n| (n.wrapping_mul(2_654_435_761) >> (seed % 24)).to_le_bytes()[0] ^ seed)
                    .collect();
                let result = inflate(coding, &noise, 17, MEGA);
                assert!(result.is_err() || coding == Coding::Deflate || coding == Coding::Brotli);
            }
        }
    }
}
