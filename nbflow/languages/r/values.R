# Reads and writes values as r_vector.py does. Vectors are one piece each; text has a zero byte behind each string.

kinds <- c("NULL", "logical", "integer", "double", "complex", "character", "raw", "list", "other")
kept <- c("names", "dim", "dimnames", "class", "levels", "tzone", "units", "row.names")
at_once <- 1e8 # values to a call: writeBin writes less than 2 GB at a time

read_number <- function(con, what = "double") readBin(con, what, 1L, endian = "little")

read_text <- function(con, n) {
  size <- read_number(con)
  gone <- read_number(con)
  bytes <- readBin(con, "raw", size)
  text <- readBin(bytes, "character", n)
  if (any(bytes > as.raw(127L))) Encoding(text) <- "UTF-8"
  if (gone > 0) text[readBin(con, "integer", gone, endian = "little")] <- NA_character_
  text
}

read_value <- function(con) {
  kind <- kinds[[read_number(con, "integer") + 1L]]
  n <- read_number(con)
  value <- switch(kind,
    "NULL" = NULL,
    logical = as.logical(readBin(con, "integer", n, endian = "little")),
    character = read_text(con, n),
    list = lapply(seq_len(n), function(i) read_value(con)),
    readBin(con, kind, n, endian = "little")
  )
  found <- list()
  for (i in seq_len(read_number(con, "integer"))) {
    name <- read_value(con)
    found[[name]] <- read_value(con)
  }
  if (length(found)) attributes(value) <- found
  value
}

write_number <- function(x, con) writeBin(as.double(x), con, endian = "little")

write_text <- function(x, con) {
  gone <- which(is.na(x))
  if (length(gone)) x[gone] <- ""
  x <- enc2utf8(x)
  write_number(sum(nchar(x, "bytes") + 1), con)
  write_number(length(gone), con)
  write_plain(x, con)
  writeBin(gone, con, endian = "little")
}

write_plain <- function(x, con) {
  if (length(x) <= at_once) return(writeBin(x, con, endian = "little"))
  for (start in seq(1, length(x), at_once)) {
    writeBin(x[start:min(start + at_once - 1, length(x))], con, endian = "little")
  }
}

# Returns the attributes that cross. Row names stay in the short form c(NA, -n) where they are only numbers.
attributes_of <- function(x) {
  found <- attributes(x)[intersect(names(attributes(x)), kept)]
  if (is.data.frame(x)) found$row.names <- .row_names_info(x, 0L)
  found
}

# Returns a time without a zone of its own in the zone of the process, if the code has set another one than UTC.
with_zone <- function(x) {
  zone <- attr(x, "tzone")[1]
  if ((is.null(zone) || !nzchar(zone)) && Sys.getenv("TZ") != "UTC") attr(x, "tzone") <- Sys.getenv("TZ", Sys.timezone())
  x
}

write_value <- function(x, con) {
  if (inherits(x, "POSIXlt")) x <- as.POSIXct(x)
  if (inherits(x, "POSIXct")) x <- with_zone(x)
  kind <- match(typeof(x), kinds, nomatch = length(kinds))
  if (isS4(x)) kind <- length(kinds)
  writeBin(kind - 1L, con, endian = "little")
  if (kind == length(kinds)) {
    write_number(1L + length(class(x)), con)
    write_text(c(typeof(x), class(x)), con)
    return(writeBin(0L, con, endian = "little"))
  }
  found <- attributes_of(x)
  attributes(x) <- NULL
  write_number(length(x), con)
  switch(kinds[[kind]],
    "NULL" = NULL,
    logical = write_plain(as.integer(x), con),
    character = write_text(x, con),
    list = for (one in x) write_value(one, con),
    write_plain(x, con)
  )
  writeBin(length(found), con, endian = "little")
  for (name in names(found)) {
    write_value(name, con)
    write_value(found[[name]], con)
  }
}
