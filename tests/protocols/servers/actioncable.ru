# Action Cable without Rails: ChatChannel, whose action `say` reaches all of the room, `echo` its sender.
# CABLE is JSON: token, that the query has to give.
require "json"
require "logger"
require "action_controller"
require "action_cable"

SET = JSON.parse(ENV.fetch("CABLE", "{}"))
DEFAULTS = { "adapter" => "async" }

class Connection < ActionCable::Connection::Base
  def connect
    reject_unauthorized_connection if SET["token"] && request.params["token"] != SET["token"]
  end
end

class ChatChannel < ActionCable::Channel::Base
  def subscribed
    params[:room] == "closed" ? reject : stream_from("chat_#{params[:room]}")
  end

  def say(data)
    ActionCable.server.broadcast("chat_#{params[:room]}", { "text" => data["text"] })
  end

  def echo(data)
    transmit({ "text" => data["text"] })
  end
end

config = ActionCable.server.config
config.cable = DEFAULTS
config.connection_class = -> { Connection }
config.logger = Logger.new(nil)
config.allow_same_origin_as_host = true
config.allowed_request_origins = []
run ActionCable.server
