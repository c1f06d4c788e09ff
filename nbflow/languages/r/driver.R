# Performs one task: Rscript --vanilla driver.R FOLDER TOKEN. Reads FOLDER/question, evaluates its code in the global
# environment, and writes FOLDER/answer. Marks in the output tell Python what is not plain text of stdout.

local(envir = new.env(parent = baseenv()), {
  home <- dirname(sub("--file=", "", grep("^--file=", commandArgs(), value = TRUE)[[1]], fixed = TRUE))
  for (part in c("values.R", "plots.R")) sys.source(file.path(home, part), environment())
  words <- commandArgs(trailingOnly = TRUE)
  folder <- words[[1]]
  token <- c(as.raw(0L), charToRaw(words[[2]]))

  # Writes a zero byte, the token, a letter, the number of bytes, a line end, and so many bytes.
  mark <- function(letter, text) {
    bytes <- charToRaw(enc2utf8(text))
    out <- file("/dev/fd/1", "ab", raw = TRUE)
    on.exit(close(out))
    writeBin(c(token, charToRaw(sprintf("%s%d\n", letter, length(bytes))), bytes), out)
  }

  # Shows the text of a message where it comes among the printed text. Code that diverts messages gets them as ever.
  show_message <- function(condition) {
    if (sink.number(type = "message") != 2L) return()
    mark("E", conditionMessage(condition))
    invokeRestart("muffleMessage")
  }

  show_warning <- function(condition) {
    if (sink.number(type = "message") != 2L || getOption("warn") >= 2L) return()
    if (getOption("warn") >= 0L) {
      call <- call_of(condition)
      from <- if (is.null(call)) "" else paste0(" in ", brief(call))
      mark("E", paste0("Warning", from, ": ", conditionMessage(condition), "\n"))
    }
    invokeRestart("muffleWarning")
  }

  # Returns the call that a condition names; NULL for the evaluation of the cell itself.
  call_of <- function(condition) {
    call <- conditionCall(condition)
    if (!identical(call, quote(eval(expressions[[i]], globalenv())))) call
  }

  brief <- function(call) {
    text <- paste(trimws(deparse(call, nlines = 3L)), collapse = " ")
    if (nchar(text) > 60L) paste0(substr(text, 1L, 59L), "\u2026") else text
  }

  place_of <- function(call, known) {
    ref <- attr(call, "srcref")
    name <- if (is.null(ref)) "" else attr(ref, "srcfile")$filename
    if (length(name) == 1L && name %in% known) list(name, as.integer(ref)[[1]])
  }

  # Returns the line of the innermost statement of an expression in which a call stands, or NULL.
  line_of <- function(expression, call) {
    if (identical(expression, call, ignore.srcref = TRUE)) return(NA_integer_)
    if (!is.call(expression)) return(NULL)
    refs <- attr(expression, "srcref")
    for (i in seq_along(expression)) {
      part <- expression[[i]]
      if (missing(part)) next
      line <- line_of(part, call)
      if (is.null(line)) next
      return(if (is.na(line) && length(refs) >= i) refs[[i]][[1]] else line)
    }
  }

  # Returns the places of a traceback, the outermost first: file, line, and the function that has the line.
  places_of <- function(calls, parents, below, top, expression, call, known) {
    found <- list()
    at_top <- FALSE
    for (k in seq_along(calls)) {
      place <- if (k > below) place_of(calls[[k]], known)
      if (is.null(place)) next
      handler <- identical(calls[[k]][[1]], quote(.handleSimpleError)) # of an error in a built-in function
      from <- if (handler) k - 1L else parents[[k]]
      is_top <- from <= below
      at_top <- at_top || is_top
      found[[length(found) + 1L]] <- c(place, if (is_top) "" else brief(calls[[from]][[1]]))
    }
    if (at_top) return(found)
    line <- if (length(found) || is.null(call)) NULL else line_of(expression, call)
    if (!is.null(line) && !is.na(line)) top[[2]] <- line
    c(list(c(top, "")), found)
  }

  # Returns what turns an error of parse, `NAME:LINE:COLUMN: REASON` and the lines around it, into one at that line.
  refuse <- function(name, last) function(condition) {
    said <- sub(paste0(name, ":"), "", conditionMessage(condition), fixed = TRUE)
    parts <- regmatches(said, regexec("^([0-9]+):[0-9]+: ([^\n]*)", said))[[1]]
    line <- if (length(parts)) min(as.integer(parts[[2]]), last) else 1L
    at$error <- list(places = list(list(name, line, "")), trace = character())
    stop("R cannot read this: ", if (length(parts)) parts[[3]] else said, call. = FALSE)
  }

  evaluate <- function(source) {
    lines <- strsplit(source$code, "\n", fixed = TRUE)[[1]]
    file <- srcfilecopy(source$name, lines)
    expressions <- tryCatch(parse(text = source$code, keep.source = TRUE, srcfile = file), error = refuse(source$name, length(lines)))
    refs <- attr(expressions, "srcref")
    for (i in seq_along(expressions)) {
      at$top <- list(source$name, refs[[i]][[1]])
      at$expression <- expressions[[i]]
      at$below <- sys.nframe() + 3L
      mark("L", paste0(refs[[i]][[1]], " ", source$name)) # if R ends here, nothing else says so
      shown <- withVisible(eval(expressions[[i]], globalenv()))
      if (shown$visible) print_value(shown$value)
      show_pages()
    }
  }

  print_value <- function(value) if (isS4(value)) methods::show(value) else print(value)

  at <- new.env() # what is evaluated now, for the traceback of an error

  note_error <- function(condition) {
    if (!is.null(at$error)) return()
    calls <- sys.calls()
    parents <- sys.parents()
    last <- Position(function(one) identical(one[[1]], quote(.handleSimpleError)), calls, right = TRUE, nomatch = length(calls))
    at$error <- list(
      places = places_of(calls, parents, at$below, at$top, at$expression, conditionCall(condition), at$known),
      trace = vapply(utils::tail(calls[seq_len(last - 1L)][-seq_len(at$below)], 30L), brief, "")
    )
  }

  failure_of <- function(condition) {
    message <- conditionMessage(condition)
    call <- call_of(condition)
    list(
      message = message, call = if (is.null(call)) "" else brief(call),
      places = if (is.null(at$error)) list(c(at$top, "")) else at$error$places, trace = at$error$trace
    )
  }

  perform <- function(question) {
    at$known <- vapply(question$sources, function(one) one$name, "")
    list2env(question$values, globalenv())
    if (!is.null(question$seed)) set.seed(question$seed)
    failure <- tryCatch(
      withCallingHandlers(
        {
          for (source in question$sources) evaluate(source)
          NULL
        },
        message = show_message, warning = show_warning, error = note_error
      ),
      error = failure_of
    )
    while (sink.number() > 0L) sink()
    close_pages()
    if (!is.null(failure)) return(list(failure = failure))
    bound <- Filter(function(name) exists(name, globalenv(), inherits = FALSE), question$out)
    list(values = mget(bound, globalenv(), inherits = FALSE))
  }

  question <- local({
    con <- file(file.path(folder, "question"), "rb")
    on.exit(close(con))
    read_value(con)
  })
  options(warn = 1L, device = open_page, encoding = "UTF-8", keep.source = TRUE)
  answer <- perform(question)
  con <- file(file.path(folder, "answer"), "wb")
  write_value(answer, con)
  close(con)
  mark("D", "")
})
