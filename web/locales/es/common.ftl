close = Cerrar
cancel = Cancelar
undo = Deshacer
try-again = Volver a intentarlo
fetching = Descargando…
close-notice = Cerrar este aviso
password = Contraseña
keep-password = Guardar la contraseña en este dispositivo
about-page = Acerca de esta página
messages = { $count ->
    [one] 1 mensaje
   *[other] { $count } mensajes
}
no-sender = (sin remitente)
no-subject = (sin asunto)
size-bytes = { $count ->
    [one] 1 byte
   *[other] { $count } bytes
}
size = { $number } { $unit }
today = Hoy
yesterday = Ayer
language = Idioma
